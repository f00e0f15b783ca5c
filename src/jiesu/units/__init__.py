"""Places, units and who is responsible where."""
