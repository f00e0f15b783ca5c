"""Rows, transactions and jobs; no domain words."""
