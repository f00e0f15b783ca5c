"""Texts that look classified: noticed, withheld, and reviewed by one keeper."""
