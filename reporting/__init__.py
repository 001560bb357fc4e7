"""What all periodic reports share: periods, windows, deadlines. Holds nothing yet but its place in the
order of imports.
"""
