"""The month after the administrator merged what a filing in force names: nothing is lost, nothing refused."""

import pytest
from django.urls import reverse

from catalog.services import merge_entry
from newcar.models import MonthlyLine
from reporting.models import Report
from reporting.services import start_report
from tests.factories import BrandFactory, ProducerFactory, UserFactory, VehicleModelFactory
from tests.newcar.conftest import MONTH
from tests.newcar.test_month import send

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_for, clerk):
    return client_for(clerk)


@pytest.fixture
def offer(filing):
    return filing.brand_lines.get()


@pytest.fixture
def merge():
    admin = UserFactory(admin=True)

    def into(entry, kept):
        merge_entry(kind=entry.KIND.value, entry_id=entry.pk, into_id=kept.pk, by=admin)
        return kept

    return into


@pytest.fixture
def opened(at, clerk):
    def open_month():
        with at():
            return start_report(form="newcar_monthly", period=MONTH, by=clerk)

    return open_month


def editor_of(client, report):
    return client.get(reverse("newcar:monthly-edit", args=[report.pk])).context["editor"]


def merged_parent(offer, kind, merge):
    """The brand or producer of the line in force, merged into another one."""
    entry = getattr(offer, kind)
    kept = BrandFactory(producers=[]) if kind == "brand" else ProducerFactory()
    return merge(entry, kept)


@pytest.mark.parametrize("kind", ["brand", "producer"])
def test_models_of_a_merged_brand_or_producer_are_offered(client, at, opened, models, offer, merge, kind):
    kept = merged_parent(offer, kind, merge)
    with at():
        editor = editor_of(client, opened())
    ((_, offers),) = editor.offers_by_group
    assert {one.line["model"] for one in offers} == {"测试车甲", "测试车乙"}
    assert {(one.line[f"{kind}_id"], one.line[kind]) for one in offers} == {(kept.pk, kept.name)}


@pytest.mark.parametrize("kind", ["brand", "producer"])
def test_last_month_is_copied_and_submitted_after_a_merge(
    client, at, opened, month_of, models, line_of, offer, merge, kind
):
    month_of(MONTH.previous, [line_of(models[0]), line_of(models[1])])
    kept = merged_parent(offer, kind, merge)
    report = opened()
    with at():
        send(client, report, [], action="copy")
        rows = MonthlyLine.objects.filter(report=report)
        assert list(rows.values_list(f"{kind}_id", "opening_stock_qty")) == [(kept.pk, 7), (kept.pk, 7)]
        report.refresh_from_db()
        changes = {"opening_stock_qty": 7, "closing_stock_qty": 9, f"{kind}_id": kept.pk}
        answer = send(client, report, [line_of(model, **changes) for model in models])
    assert answer.status_code == 302
    assert not report.findings.filter(rule__in=["N-010", "N-014"]).exists()


def test_page_that_was_open_during_the_merge_keeps_what_was_typed(
    client, at, opened, models, line_of, offer, merge
):
    report, typed = opened(), [line_of(models[0])]
    with at():
        kept = merge(offer.brand, BrandFactory(producers=[]))
        answer = send(client, report, typed)
    assert answer.status_code == 302
    (line,) = Report.objects.get(pk=report.pk).versions.get().content["lines"]
    assert (line["brand_id"], line["brand"], line["sales_qty"]) == (kept.pk, kept.name, 8)


def test_draft_follows_the_merge_and_what_was_submitted_does_not(
    client, at, month_of, models, line_of, offer, merge
):
    submitted = month_of(MONTH.previous, [line_of(models[0])])
    draft = month_of(MONTH, [line_of(models[0], opening_stock_qty=7, closing_stock_qty=9)], submit=False)
    before = submitted.versions.get().content
    twin = VehicleModelFactory(brand=offer.brand, name="测试车丙")
    merge(models[0], twin)
    with at():
        (row,) = editor_of(client, draft).rows
    assert (row.line["model_id"], row.line["model"], row.line["sales_qty"]) == (twin.pk, "测试车丙", 8)
    assert submitted.versions.get().content == before


def test_lines_that_a_merge_made_one_are_copied_with_their_stock_together(
    client, at, opened, month_of, models, line_of, merge
):
    month_of(MONTH.previous, [line_of(models[0]), line_of(models[1])])
    merge(models[0], models[1])
    report = opened()
    with at():
        send(client, report, [], action="copy")
    stored = MonthlyLine.objects.filter(report=report).values_list("model_id", "opening_stock_qty")
    assert list(stored) == [(models[1].pk, 14)]


def test_two_lines_in_force_that_a_merge_made_one_are_offered_once(
    client, at, opened, filing, models, offer, merge
):
    other = BrandFactory(producers=[offer.producer])
    offer.pk, offer.brand = None, other
    offer.save()
    merge(other, models[0].brand)
    with at():
        editor = editor_of(client, opened())
    assert [len(offers) for _, offers in editor.offers_by_group] == [2]


def test_rows_pasted_under_the_names_of_before_find_their_lines(
    client, at, opened, models, line_of, offer, merge
):
    former = {"brand": offer.brand.name, "producer": offer.producer.name}
    twin = VehicleModelFactory(brand=offer.brand, name="测试车丙")
    merge(models[0], twin)
    for kind in former:
        merged_parent(offer, kind, merge)
    report = opened()
    pasted = (
        f"品牌\t生产商\t车型\t排量\t本月销售量\n{former['brand']}\t{former['producer']}\t测试车甲\t1.5\t3"
    )
    with at():
        send(client, report, [], action="save", pasted=pasted)
    assert list(MonthlyLine.objects.values_list("model_id", "sales_qty")) == [(twin.pk, 3)]
