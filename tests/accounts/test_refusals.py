"""Who was refused stands in the trail: by role, by scope, and not without end."""

import pytest
from django.db import DatabaseError
from django.urls import reverse

from accounts import middleware
from accounts.models import AuditRecord
from tests.factories import FilingFactory, UserFactory

pytestmark = pytest.mark.django_db


def lines():
    return list(AuditRecord.objects.filter(action="access.refuse").order_by("id"))


def test_wrong_role_and_foreign_object_are_recorded_with_who_and_what(client_for):
    filing = FilingFactory(submitted=True, enterprise__division_code="330203")
    county, manager = UserFactory(county=True), UserFactory()
    assert client_for(county).get(reverse("reviews:filing-detail", args=[filing.pk])).status_code == 404
    assert client_for(manager).post(reverse("reviews:filing-confirm", args=[filing.pk])).status_code == 403
    assert [(line.username, line.outcome, line.summary, line.detail) for line in lines()] == [
        (county.username, "REFUSED", "GET reviews:filing-detail", {"status": 404, "filing_id": filing.pk}),
        (manager.username, "REFUSED", "POST reviews:filing-confirm", {"status": 403, "filing_id": filing.pk}),
    ]


def test_a_flood_of_refusals_leaves_one_line_for_each_person_and_address(client_for):
    clients = [client_for(UserFactory(county=True)) for _ in range(2)]
    for number in range(5):
        for client in clients:
            client.get(reverse("reviews:filing-detail", args=[900_000 + number]))
    assert len(lines()) == 2


def test_strangers_unknown_addresses_and_secrets_leave_no_line(client_for, client):
    assert client.get(reverse("reviews:filing-list")).status_code == 302
    assert client_for(UserFactory()).get("/nowhere/").status_code == 404
    client_for(UserFactory(operator=True)).get(reverse("reviews:audit-list"))
    assert [line.detail for line in lines()] == [{"status": 403}]


def test_refusal_is_answered_also_when_the_trail_cannot_be_written(client_for, monkeypatch):
    def fail(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr(middleware, "record", fail)
    assert client_for(UserFactory()).get(reverse("reviews:audit-list")).status_code == 403
