"""Telling people: short messages to petitioners, notices to duty posts."""
