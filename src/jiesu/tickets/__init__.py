"""The ticket and every step of its life."""
