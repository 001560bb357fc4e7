"""Enterprises and their filings (备案): versions, images, submission and confirmation."""
