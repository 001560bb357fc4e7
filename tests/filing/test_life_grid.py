"""Every action in every state by every role, generated from the table of transitions: what the table names is
done and ends in its state, all else is refused and changes nothing.
"""

from contextlib import contextmanager, suppress

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404

from autoflow.common.errors import BusinessError
from filing.models import Enterprise
from tests.filing import life

pytestmark = pytest.mark.django_db
REFUSALS = (BusinessError, PermissionDenied, Http404)


class Undone(Exception):
    """Ends an attempt and takes back what it did."""


@contextmanager
def undone():
    """All that happens inside is taken back."""
    with suppress(Undone), transaction.atomic():
        yield
        raise Undone


def attempts(action, enterprise, people):
    """By role, the state after the step where it was done; where it was refused, nothing has changed."""
    states = {}
    with undone():
        life.BEFORE.get(action, lambda enterprise: None)(enterprise)
        seen = Enterprise.objects.get(pk=enterprise.pk)
        before, done = life.everything(), life.done()
        for role, by in people.items():
            with undone():
                try:
                    life.STEPS[action](seen, by)
                except REFUSALS:
                    assert (life.everything(), life.done()) == (before, done)
                else:
                    assert life.done() == done + 1
                    states[action, role] = Enterprise.objects.get(pk=enterprise.pk).status
    return states


@pytest.mark.parametrize("level", life.BODIES)
@pytest.mark.parametrize("state", life.STATES)
def test_the_table_is_kept(state, level):
    enterprise = life.world(state, level)
    people = life.people(enterprise)
    found = {}
    for action in life.STEPS:
        found |= attempts(action, enterprise, people)
    assert found == life.expected(state, level)
