"""Work lists and pages of the commerce authorities, and everybody's home page."""
