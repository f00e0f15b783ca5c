"""Petitioners: who they are, encrypted, and how they are found again."""
