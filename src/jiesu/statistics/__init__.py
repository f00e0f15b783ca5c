"""From ticket facts to the three rates."""
