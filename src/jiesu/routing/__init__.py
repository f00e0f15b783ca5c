"""Which unit an appeal belongs to, and why."""
