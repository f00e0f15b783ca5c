"""Service classes, deadline arithmetic and its explanation."""
