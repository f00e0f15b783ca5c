"""Jiesu (接诉): petition and handle-on-receipt ticketing for a veterans' service network."""
