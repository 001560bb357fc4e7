"""Pages of the catalogue: the lists, and what an enterprise asks to add."""
