"""The audit list is the auditor's alone; its filters narrow, and nonsense filters nothing."""

import pytest
from django.urls import reverse

from accounts.audit import record
from tests.factories import FilingFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/reviews/audit/"


@pytest.fixture
def auditor(client_for):
    return client_for(UserFactory(auditor=True))


def actions(client, **query):
    return [row.action for row in client.get(URL, query).context["page"].rows]


@pytest.mark.parametrize("trait", ["operator", "county", "city", "province", "nation", "admin"])
def test_audit_list_is_closed_to_everybody_else(client_for, trait):
    assert client_for(UserFactory(**{trait: True})).get(reverse("reviews:audit-list")).status_code == 403


def test_audit_list_filters_by_account_action_and_object(auditor):
    filing, user = FilingFactory(), UserFactory()
    record("filing.submit", filing, by=user)
    record("filing.save", filing, by=UserFactory())
    record("account.sign-in", user, by=user)

    assert actions(auditor) == ["account.sign-in", "filing.save", "filing.submit"]
    assert actions(auditor, q=user.username.upper()) == ["account.sign-in", "filing.submit"]
    assert actions(auditor, action="filing") == ["filing.save", "filing.submit"]
    assert actions(auditor, action="filing.save") == ["filing.save"]
    assert actions(auditor, object_type="accounts.user", object_id=user.pk) == ["account.sign-in"]
    assert actions(auditor, on="2001-01-01") == []


@pytest.mark.parametrize(
    "query",
    [
        {"q": "\0"},
        {"action": "\0"},
        {"object_id": "\0"},
        {"object_type": "auth.user"},
        {"on": "9999-12-31"},
        {"on": "2026-02-30"},
        {"after": "bm9uc2Vuc2U"},
    ],
)
def test_audit_list_ignores_what_it_cannot_understand(auditor, query):
    record("account.sign-in")
    assert actions(auditor, **query) == ["account.sign-in"]


def test_audit_list_speaks_chinese(auditor):
    filing = FilingFactory()
    record("filing.return", filing, by=UserFactory())
    page = auditor.get(URL).content.decode()
    assert "备案：退回" in page
    assert f"备案 {filing.pk}" in page


def test_audit_list_costs_the_same_queries_for_one_row_and_for_three(auditor, queries_of):
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            record("account.sign-in", by=UserFactory())
        with queries_of() as queries:
            auditor.get(URL)
        counts.append(len(queries))
    assert counts[0] == counts[1]
