"""The rows of the work list: names come back escaped, and no row shows the marks of another."""

import pytest
from django.urls import reverse
from django.utils import timezone

from filing.models import Filing, ReviewClaim
from tests.elements import Elements
from tests.factories import FilingFactory, UserFactory

pytestmark = pytest.mark.django_db
HOSTILE = "<script>\"&'{0}{name}"
LIST = reverse("reviews:filing-list")


@pytest.fixture
def officer():
    return UserFactory(county=True)


def rows_of(page):
    """The rows of the list, each as text."""
    return page.content.decode().partition("<tbody>")[2].partition("</tbody>")[0].split("</tr>")[:-1]


def test_names_are_escaped(client_for, officer):
    FilingFactory(submitted=True, enterprise_name=HOSTILE)
    (row,) = rows_of(client_for(officer).get(LIST))
    drawn = Elements(row)
    assert "script" not in {tag for tag, _ in drawn.elements}
    assert HOSTILE in drawn.texts
    assert drawn.named("id")["aria-label"] == f"选择{HOSTILE}"


def test_each_row_has_its_own_step_and_holder(client_for, officer):
    filings = free, mine, other = FilingFactory.create_batch(3, submitted=True)
    colleague = UserFactory(county=True)
    for filing, by in ((mine, officer), (other, colleague)):
        ReviewClaim.objects.create(filing=filing, by=by, at=timezone.now())
    client = client_for(officer)
    for _ in range(2):
        rows = rows_of(client.get(LIST))
        drawn = {one.pk: next(row for row in rows if f"/{one.pk}/" in row) for one in filings}
        claim = reverse("reviews:filing-claim", args=[free.pk])
        assert (claim in drawn[free.pk], "csrfmiddlewaretoken" in drawn[free.pk]) == (True, True)
        assert ("我正在办理" in drawn[mine.pk], "继续办理" in drawn[mine.pk]) == (True, True)
        assert f"{colleague.short_name} 正在办理" in drawn[other.pk]
        assert ["<form" in drawn[one.pk] for one in filings] == [True, False, False]


def test_a_row_can_be_taken_in_hand_by_its_own_token(client_for, officer):
    filing = FilingFactory(submitted=True)
    client = client_for(officer)
    client.handler.enforce_csrf_checks = True
    drawn = Elements(rows_of(client.get(LIST))[0])
    token = drawn.named("csrfmiddlewaretoken")["value"]
    url = reverse("reviews:filing-claim", args=[filing.pk])
    assert client.post(url, {"csrfmiddlewaretoken": "x"}).status_code == 403
    assert client.post(url, {"csrfmiddlewaretoken": token}).status_code == 302
    assert ReviewClaim.objects.get(filing=filing).by == officer


def test_list_counts_what_its_heap_holds(client_for, officer):
    FilingFactory.create_batch(2, submitted=True)
    Filing.objects.filter(pk=FilingFactory(returned=True).pk).update(is_given_up=True)
    for tab, query in (("all", ""), ("all", "&q=9"), ("mine", "")):
        page = client_for(officer).get(f"{LIST}?tab={tab}{query}").context["page"]
        assert (tab, page.count) == (tab, len(page.rows))
