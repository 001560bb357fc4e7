"""Brands, producers, models and displacements that everybody shares."""
