"""Conditions shared by the constraints of many models."""

from django.db.models import Q


def paired(*names):
    """Fields that are set together or not at all."""
    return Q(**{f"{name}__isnull": True for name in names}) | Q(
        **{f"{name}__isnull": False for name in names}
    )
