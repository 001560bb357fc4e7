"""Used-car trades and their import."""
