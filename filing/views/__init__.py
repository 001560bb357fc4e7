"""The enterprise's own pages, by noun: where the filing stands, the long form, images."""
