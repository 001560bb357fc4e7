"""A month that names what the administrator then refuses: it goes back, drafts show it red."""

import pytest
from django.urls import reverse

from accounts.models import Notice
from catalog.models import Displacement
from catalog.services import approve_entry, reject_entry, request_displacement, request_model
from newcar.models import MonthlySummary
from reporting.models import LatePermission, Report
from tests.factories import FilingFactory, UserFactory
from tests.newcar.conftest import MONTH
from tests.newcar.test_month import send

pytestmark = pytest.mark.django_db
EVIDENCE = {"evidence_url": "", "evidence_note": "", "difference": ""}


@pytest.fixture
def client(client_for, clerk):
    return client_for(clerk)


@pytest.fixture
def model(filing, clerk):
    offer = filing.brand_lines.get()
    values = {**EVIDENCE, "name": "新车丙", "report_category": "SEDAN", "energy_type": "ICE"}
    return request_model(
        brand_id=offer.brand_id, producer_id=offer.producer_id, values=values, displacements=["1.5"], by=clerk
    )


def refuse(entry, reason="公告中没有这个车型"):
    reject_entry(kind=entry.KIND.value, entry_id=entry.pk, reason=reason, by=UserFactory(admin=True))


def test_month_that_names_a_refused_model_goes_back_with_the_reason(at, month_of, models, model, line_of):
    named = month_of(MONTH, [line_of(models[0]), line_of(model)])
    with at():
        refuse(model)
    named.refresh_from_db()
    assert (named.status, named.versions.count()) == ("RETURNED", 1)
    assert named.return_reason.endswith(
        "新车丙”审核不通过，原因：公告中没有这个车型。请移除这些行或改选其他车型、排量后重新上报。"
    )
    assert not MonthlySummary.objects.filter(sales_qty__gt=0).exists()
    notice = Notice.objects.get(title="2026年10月汽车销售月报被退回")
    assert notice.url == named.url("edit")


def test_other_months_and_other_enterprises_stay(at, month_of, models, model, line_of):
    named, unnamed = month_of(MONTH, [line_of(model)]), month_of(MONTH.previous, [line_of(models[0])])
    FilingFactory(confirmed=True)
    with at():
        refuse(model)
    named.refresh_from_db()
    unnamed.refresh_from_db()
    assert (named.status, unnamed.status) == ("RETURNED", "SUBMITTED")


def test_month_that_names_only_another_displacement_stays(at, clerk, month_of, models, line_of):
    (asked,) = request_displacement(model_id=models[0].pk, displacements=["2.5"], values=EVIDENCE, by=clerk)
    report = month_of(MONTH, [line_of(models[0])])
    with at():
        refuse(asked)
    report.refresh_from_db()
    assert report.status == "SUBMITTED"


def test_month_that_names_a_refused_displacement_goes_back(at, clerk, month_of, models, line_of):
    (asked,) = request_displacement(model_id=models[0].pk, displacements=["2.5"], values=EVIDENCE, by=clerk)
    report = month_of(MONTH, [line_of(models[0]), line_of(models[0], displacement="2.5")])
    with at():
        refuse(asked)
    report.refresh_from_db()
    assert report.status == "RETURNED"


def test_locked_month_goes_back_too_and_opens_for_a_week(at, month_of, model, line_of):
    report = month_of(MONTH, [line_of(model)])
    with at("2027-03-01 09:00"):
        refuse(model)
    report.refresh_from_db()
    assert report.status == "RETURNED"
    assert LatePermission.objects.get().until.day == 8


def test_approved_model_returns_nothing(at, month_of, model, line_of):
    report = month_of(MONTH, [line_of(model)])
    with at():
        approve_entry(kind="model", entry_id=model.pk, by=UserFactory(admin=True))
    report.refresh_from_db()
    assert report.status == "SUBMITTED"


def test_draft_shows_the_refused_line_red_and_cannot_be_submitted_with_it(
    client, at, month_of, models, model, line_of
):
    draft = month_of(MONTH, [line_of(models[0]), line_of(model)], submit=False)
    with at():
        refuse(model)
        page = client.get(reverse("newcar:monthly-edit", args=[draft.pk]))
        right, refused = page.context["editor"].rows
        assert (right.told, len(refused.told)) == ([], 1)
        assert "grid-key grid-bad" in page.content.decode()
        answer = send(client, draft, [line_of(models[0]), line_of(model)])
        assert answer.status_code == 422
        (told,) = answer.context["editor"].rows[1].told
        assert told.startswith("第2行车型“新车丙”审核不通过（公告中没有这个车型）")
        draft.refresh_from_db()
        assert send(client, draft, [line_of(models[0])]).status_code == 302
    assert Report.objects.get(pk=draft.pk).status == "SUBMITTED"


def test_draft_with_a_refused_line_can_still_be_kept(client, at, month_of, model, line_of):
    draft = month_of(MONTH, [line_of(model)], submit=False)
    with at():
        refuse(model)
        answer = send(client, draft, [line_of(model, sales_qty=7)], action="save")
    assert answer.status_code == 302
    assert draft.monthly_lines.get().sales_qty == 7


def test_displacement_that_was_asked_for_again_stands(at, clerk, models, month_of, line_of):
    for _ in range(2):
        (asked,) = request_displacement(
            model_id=models[0].pk, displacements=["2.5"], values=EVIDENCE, by=clerk
        )
        if not Displacement.objects.filter(status="REJECTED").exists():
            refuse(asked)
    assert month_of(MONTH, [line_of(models[0], displacement="2.5")]).status == "SUBMITTED"


def test_returned_month_is_handed_in_again_without_the_line(
    client, at, clerk, month_of, models, model, line_of
):
    report = month_of(MONTH, [line_of(models[0]), line_of(model)])
    with at():
        refuse(model)
        report.refresh_from_db()
        assert send(client, report, [line_of(models[0])]).status_code == 302
    report.refresh_from_db()
    assert (report.status, report.version, report.is_late) == ("SUBMITTED", 2, False)
