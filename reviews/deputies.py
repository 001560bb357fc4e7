"""Stand-ins as their list shows them."""

from accounts.officers import officers_below
from filing.deputies import standing_text


def with_standing(rows, user):
    """Adds the state of today, and whether this person may end what still runs."""
    below = officers_below(user).filter(pk__in=[row.absent_id for row in rows])
    mine = {user.pk, *below.values_list("pk", flat=True)}
    for row in rows:
        row.standing = standing_text(row)
        is_open = row.standing[0] in ("DONE", "SUBMITTED")
        row.can_end = is_open and bool(mine & {row.absent_id} or user.pk == row.deputy_id)
    return rows
