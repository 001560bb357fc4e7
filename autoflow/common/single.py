"""Reading a row that is the only one of its kind."""


def only_row(rows):
    """The row of a set that a constraint or a key allows one of at most, or None: `first()` would compare
    every column read with its order, which costs more than the rest of a wide statement.
    """
    return next(iter(rows.order_by()[:1]), None)
