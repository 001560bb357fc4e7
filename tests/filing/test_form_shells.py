"""The long form says in every state what it would say without anything kept from the pages before."""

from copy import copy
from itertools import chain

import pytest
from django.test import RequestFactory
from django.utils.datastructures import MultiValueDict
from django.utils.html import escape

from autoflow.common.checks import Finding
from autoflow.common.controls import draw
from filing.forms import FilingForms
from filing.services import findings_of, first_version
from tests.autoflow.test_controls import HOSTILE, Drawn
from tests.factories import BrandLineFactory, EnterpriseFactory, FilingFactory
from tests.filing.posts import posted

pytestmark = pytest.mark.django_db
TYPES = ["A1", "A2", "A3", "B1", "B2", "B3", "B4", "B5"]
EVIL = "\"><script>alert('x')</script>{value} {0}"
TEXTS = ("enterprise_name", "business_scope", "registered_address", "contact_name", "remark", "website")


def controls_of(page):
    """Every control of the page, with those of the rows and of the template for a new row."""
    rows = chain.from_iterable([*row_set, row_set.empty_form] for row_set in page.row_sets.values())
    return [bound for form in (page.form, *rows) for bound in form]


def drawn_anew(bound):
    """The control of a field that nobody drew before."""
    alone = copy(bound)
    alone.field = copy(bound.field)
    for kept in ("shells", "drawn_as"):
        alone.field.__dict__.pop(kept, None)
    return Drawn(draw(alone))


def assert_drawn_alike(page):
    for bound in controls_of(page):
        ours, theirs = Drawn(draw(bound)), drawn_anew(bound)
        assert ours.parts == theirs.parts, bound.html_name
        assert ours.options >= theirs.options, bound.html_name


def page_of(filing, data=None):
    files = None if data is None else MultiValueDict()
    return FilingForms(filing, data, files, user=filing.enterprise.staff.get())


def sent(values):
    """Posted values as a request holds them."""
    return RequestFactory().post("/", values).POST


def filing_of(*types, **facts):
    return FilingFactory(complete=True, enterprise__types=types, enterprise_types=types, **facts)


@pytest.mark.parametrize("kind", TYPES)
def test_an_empty_and_a_filled_form_of_each_type(kind):
    enterprise = EnterpriseFactory(types=[])
    assert_drawn_alike(page_of(first_version(enterprise, enterprise.staff.get())))
    assert_drawn_alike(page_of(filing_of(kind)))


@pytest.mark.parametrize("kind", ["A2", "B1"])
def test_a_form_with_errors_findings_and_reminders(kind):
    filing = filing_of(kind)
    wrong = dict.fromkeys(TEXTS, "x" * 3000) | {"established_on": "昨天", "employee_count": "许多"}
    wrong |= {"capital_currency": "XXX", "place_type": "XXX", "enterprise_types": [kind, "Z9"]}
    page = page_of(filing, sent(posted(filing) | wrong | {"brand_lines-0-authorized_from": "2026-02-30"}))
    assert not page.is_valid()
    assert_drawn_alike(page)

    page = page_of(filing, sent(posted(filing)))
    page.add_findings([Finding("F-011", "licence_original_image", EVIL), *findings_of(filing)])
    page.form.reminders = dict.fromkeys(page.form.fields, EVIL)
    assert_drawn_alike(page)
    html = "".join(draw(bound) for bound in controls_of(page))
    assert html.count(escape(EVIL)) > len(page.form.fields)
    assert EVIL not in html


@pytest.mark.parametrize("text", [EVIL, *HOSTILE])
def test_what_somebody_typed_stays_text(text):
    filing = filing_of("A2", **dict.fromkeys(TEXTS, text))
    BrandLineFactory(filing=filing, supplier_name=text)
    other = filing_of("A2")
    for page in (page_of(filing), page_of(filing, sent(posted(filing))), page_of(other)):
        assert_drawn_alike(page)
    html = "".join(draw(bound) for bound in controls_of(page_of(filing)))
    assert "<script" not in html
    assert html.count(escape(text)) > len(TEXTS)
    assert text == "" or EVIL not in "".join(draw(bound) for bound in controls_of(page_of(other)))
