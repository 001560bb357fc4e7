"""Where a place is and who answers for it: codes to divisions, the longest prefix to the jurisdiction."""

from django.core.exceptions import ObjectDoesNotExist

from accounts.models import Division, Jurisdiction


def find_division(text):
    """The division a person means by a six-digit code or by its name from the province down, None if
    there is none or several.
    """
    text = "".join(text.split()).replace("/", "")
    if text.isdigit():
        return Division.objects.filter(code=text, is_placeholder=False).first()
    found = list(Division.objects.filter(full_name=text, is_placeholder=False)[:2])
    return found[0] if len(found) == 1 else None


def is_leaf(division):
    """Whether a person stops choosing here: a county, or one of the cities without counties
    (东莞、中山、儋州、嘉峪关).
    """
    return not Division.objects.filter(parent=division).exists()


def jurisdiction_of(division_code):
    """The authority whose prefix is the longest that fits: 宁波 (3302) answers for itself, not 浙江 (33)."""
    prefixes = [division_code[:length] for length in range(len(division_code), 1, -1)]
    found = Jurisdiction.objects.filter(covers_prefix__in=prefixes)
    best = max(found, key=lambda jurisdiction: len(jurisdiction.covers_prefix), default=None)
    if best is None:
        raise ObjectDoesNotExist(f"no jurisdiction covers {division_code}")
    return best
