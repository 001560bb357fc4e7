"""Signing in without the page."""

import time

from django.test import Client

from accounts.middleware import RENEWED_AT, STARTED_AT


def signed_in(user, **options) -> Client:
    """A browser in which this person has just signed in."""
    client = Client(**options)
    client.force_login(user)
    session = client.session
    session[STARTED_AT] = session[RENEWED_AT] = time.time()
    session.save()
    return client
