"""The counts of what is owed equal a recount after every step, whatever wrote."""

import pytest
from django.db.models import Count

from filing.models import Enterprise
from reporting.models import Obligation, ObligationCount, Report
from reporting.owing import owe_all
from reporting.periods import Period
from reporting.services import delete_report, return_report, save_report, start_report, submit_report
from tests.factories import EnterpriseFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.reporting.urls")]
QUARTER = Period.parse("2026-Q3", "QUARTER")
CONTENT = {"count": 3, "fees": "1.50"}
KEYS = ("form", "period", "jurisdiction_code", "division_code", "state")


def kept():
    rows = ObligationCount.objects.exclude(count=0).values_list(*KEYS, "count")
    return {row[:-1]: row[-1] for row in rows}


def recount():
    """Obligation by obligation, the state from the report itself."""
    found = {}
    for owed in Obligation.objects.select_related("report"):
        report = owed.report
        state = "MISSING"
        if report is not None and report.submitted_at is not None:
            word = "LATE" if report.is_late else "ON_TIME"
            state = "RETURNED" if report.status == "RETURNED" else word
        assert owed.state == state
        key = (owed.form, owed.period, owed.jurisdiction_code, owed.division_code, state)
        found[key] = found.get(key, 0) + 1
    return found


def states():
    assert kept() == recount()
    return dict(Obligation.objects.values_list("state").annotate(Count("id")))


def hand_in(report, clerk):
    kept = {"values": {}, "content": CONTENT, "reasons": {}}
    report = save_report(report_id=report.pk, revision=report.revision, **kept, by=clerk)
    return submit_report(report_id=report.pk, revision=report.revision, by=clerk)


def test_counts_follow_the_life_of_a_report(form, clerk, at):
    with at("2026-10-06 09:00"):
        owe_all(form=form, period=QUARTER)
        assert states() == {"MISSING": 1}
        report = start_report(form=form.key, period=QUARTER, by=clerk)
        assert states() == {"MISSING": 1}
        report = hand_in(report, clerk)
        assert states() == {"LATE": 1}
        officer = UserFactory(nation=True)
        report = return_report(report_id=report.pk, version=1, reason="评估费单位应为万元", by=officer)
        assert states() == {"RETURNED": 1}
        report = hand_in(report, clerk)
        assert states() == {"LATE": 1}
        delete_report(report_id=report.pk, reason="误填了别的季度的数字", by=clerk)
        assert states() == {"MISSING": 1}


def test_counts_follow_an_enterprise_that_moved(form, clerk, enterprise, at):
    with at("2026-10-03 09:00"):
        owe_all(form=form, period=QUARTER)
        place = {"jurisdiction_code": "330200", "division_code": "330203"}
        Enterprise.objects.filter(pk=enterprise.pk).update(**place)
        hand_in(start_report(form=form.key, period=QUARTER, by=clerk), clerk)
    assert states() == {"ON_TIME": 1}
    assert [key[2:] for key in kept()] == [("330200", "330203", "ON_TIME")]


def test_counts_follow_writes_that_pass_no_service(form, enterprise):
    place = {"jurisdiction_code": "330000", "division_code": "330106"}
    others = EnterpriseFactory.create_batch(3, types=["B5"], confirmed=True)
    Obligation.objects.bulk_create(
        Obligation(enterprise=one, form=form.key, period=QUARTER.start, state="ON_TIME", **place)
        for one in others
    )
    assert states() == {"MISSING": 3}
    Obligation.objects.filter(enterprise=others[0]).update(state="LATE")
    assert states() == {"MISSING": 3}
    Obligation.objects.filter(enterprise=others[0]).delete()
    assert states() == {"MISSING": 2}
    assert not Report.objects.exists()


def test_counts_are_an_authoritys(form, clerk, at):
    with at("2026-10-06 09:00"):
        owe_all(form=form, period=QUARTER)
    found = {
        role: ObligationCount.objects.visible_to(UserFactory(**{role: True})).counts()["owed"]
        for role in ("county", "city", "province", "nation", "ningbo", "jiangsu", "admin", "auditor")
    }
    assert [role for role, count in found.items() if count] == ["county", "city", "province", "nation"]
    assert not ObligationCount.objects.visible_to(clerk).exists()
