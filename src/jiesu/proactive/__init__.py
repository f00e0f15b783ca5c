"""未诉先办: looking into what many complain of before more do, as tasks with a unit, a date and a result."""
