"""Escalation: the ladder, firing a rung, acknowledging it."""
