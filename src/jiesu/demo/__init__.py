"""Invented complaints and a believable history made of them."""
