"""The life of a report: begun, kept, handed in, changed, returned, deleted; closed periods stay closed."""

import re

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import AuditRecord, Contact
from autoflow.common.errors import BusinessError, ConflictError
from reporting.enums import LateStatus
from reporting.models import LatePermission, Obligation, Report
from reporting.owing import owe_all
from reporting.periods import Period
from reporting.services import (
    ask_late_permission,
    decide_late_request,
    delete_report,
    file_nil_return,
    grant_late_permission,
    return_report,
    save_report,
    set_window,
    start_report,
    submit_report,
)
from reporting.windows import Window
from tests.factories import EnterpriseFactory, UserFactory
from tests.reporting.conftest import shanghai

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.reporting.urls")]
QUARTER = Period.parse("2026-Q3", "QUARTER")
OPEN, LAST_SECOND, LATE = "2026-10-02 09:00", "2026-10-15 23:59:59", "2026-10-08 09:00"
LOCKED, BEFORE = "2026-10-16 00:00:00", "2026-09-30 23:59:59"


def begin(clerk):
    return start_report(form="appraisal", period=QUARTER, by=clerk)


def keep(report, clerk, count=3, fees="2.00", **more):
    return save_report(
        report_id=report.pk,
        revision=report.revision,
        values={"preparer_name": "测试填表人"},
        content={"count": count, "fees": fees},
        **{"reasons": {}, **more},
        by=clerk,
    )


def hand_in(report, clerk):
    return submit_report(report_id=report.pk, revision=report.revision, by=clerk)


@pytest.fixture
def submitted(clerk, at):
    with at(OPEN):
        return hand_in(keep(begin(clerk), clerk), clerk)


def test_report_submitted_in_time_is_kept_word_for_word(clerk, at):
    with at(OPEN):
        report = hand_in(keep(begin(clerk), clerk), clerk)
    version = report.versions.get()
    assert (report.status, report.is_late, report.qty) == ("SUBMITTED", False, 3)
    assert (version.number, version.content) == (1, {"count": 3, "fees": "2.00"})
    assert list(report.events.values_list("action", flat=True)) == ["START", "SUBMIT"]
    assert Obligation.objects.get().report == report


def test_report_submitted_after_the_due_date_is_late(clerk, at):
    with at(LATE):
        assert hand_in(keep(begin(clerk), clerk), clerk).is_late


@pytest.mark.parametrize("moment", [BEFORE, LOCKED])
def test_report_is_not_begun_outside_its_window(clerk, at, moment):
    with at(moment), pytest.raises(ConflictError):
        begin(clerk)
    assert not Report.objects.exists()
    assert AuditRecord.objects.filter(action="report.start", outcome="REFUSED").count() == 1


def test_report_can_be_saved_in_the_last_second_and_not_a_second_later(clerk, at):
    with at(LAST_SECOND):
        report = keep(begin(clerk), clerk)
    with at(LOCKED), pytest.raises(ConflictError, match="锁定"):
        keep(report, clerk, count=9)
    assert report.form_class.read(report)["count"] == 3


@pytest.mark.parametrize(
    "step", [hand_in, lambda report, by: delete_report(report_id=report.pk, reason="重复填报", by=by)]
)
def test_nothing_moves_after_the_lock(submitted, clerk, at, step):
    with at(LOCKED), pytest.raises(ConflictError, match="锁定"):
        step(submitted, clerk)
    submitted.refresh_from_db()
    assert (submitted.version, submitted.deleted_at) == (1, None)


def test_one_report_a_period(submitted, clerk, at):
    with at(OPEN), pytest.raises(BusinessError, match="2026年第3季度月报已存在"):
        begin(clerk)


def test_no_report_before_the_filing_took_effect(clerk, at):
    with at("2026-04-03 09:00"), pytest.raises(BusinessError, match="备案确认通过后才能填报"):
        start_report(form="appraisal", period=Period.parse("2026-Q1", "QUARTER"), by=clerk)


@pytest.mark.parametrize("status", ["DRAFT", "SUBMITTED", "RETURNED", "CHANGED", "SUSPENDED", "CANCELLED"])
def test_no_report_unless_the_filing_is_confirmed(enterprise, clerk, at, status):
    enterprise.status = status
    enterprise.save()
    with at(OPEN), pytest.raises(BusinessError, match="备案确认通过后才能填报"):
        begin(clerk)


@pytest.mark.parametrize(
    ("status", "moment"), [("CONFIRMED", LOCKED), ("CONFIRMED", BEFORE), ("SUSPENDED", OPEN)]
)
def test_every_refusal_says_whom_to_call(enterprise, clerk, at, status, moment):
    nation = Contact.objects.get()
    enterprise.status = status
    enterprise.save()
    with at(moment), pytest.raises(BusinessError, match=re.escape(f"联系电话：{nation.name} {nation.phone}")):
        begin(clerk)
    place = {"jurisdiction_id": enterprise.jurisdiction_code, "name": "省级机构", "phone": "0000-12345"}
    Contact.objects.create(**place, hours="工作日 9:00–17:00")
    with (
        at(moment),
        pytest.raises(BusinessError, match="省级机构 0000-12345，工作日 9:00–17:00。"),
    ):
        begin(clerk)


def test_other_types_do_not_owe_the_form(enterprise, clerk, at):
    enterprise.types = ["A3"]
    enterprise.save()
    with at(OPEN), pytest.raises(BusinessError, match="不填报"):
        begin(clerk)


def test_a_change_counts_once_it_is_submitted_again(submitted, clerk, at):
    with at(LATE):
        changed = keep(submitted, clerk, count=8, fees="3.00")
        assert (changed.status, changed.has_unsubmitted_changes) == ("SUBMITTED", True)
        assert changed.versions.count() == 1
        again = hand_in(changed, clerk)
    assert (again.version, again.has_unsubmitted_changes, again.is_late) == (2, False, False)
    assert list(again.versions.order_by("number").values_list("content__count", "is_late")) == [
        (3, False),
        (8, True),
    ]


def test_two_tabs_are_told_about_each_other(clerk, at):
    with at(OPEN):
        report = begin(clerk)
        keep(report, clerk)
        with pytest.raises(ConflictError, match="另一页面"):
            save_report(
                report_id=report.pk,
                revision=0,
                values={},
                content={"count": 1, "fees": "1"},
                reasons={},
                by=clerk,
            )


def test_a_warning_needs_a_reason_of_substance(clerk, at):
    with at(OPEN):
        report = keep(begin(clerk), clerk, count=1, fees="5.00")
        with pytest.raises(BusinessError, match="1 条警告没有说明原因"):
            hand_in(report, clerk)
        key = report.findings.get().key
        report = keep(report, clerk, count=1, fees="5.00", reasons={key: ("OTHER", "核实无误")})
        with pytest.raises(BusinessError, match="1 条警告没有说明原因"):
            hand_in(report, clerk)
        report = keep(report, clerk, count=1, fees="5.00", reasons={key: ("BULK", "一辆进口赛车的专项评估")})
        report = hand_in(report, clerk)
    assert (report.warning_count, report.findings.get().reason_code) == (1, "BULK")


def test_an_error_stops(clerk, at):
    with at(OPEN), pytest.raises(BusinessError, match="1 处错误"):
        hand_in(begin(clerk), clerk)


def test_nil_return_in_one_step(clerk, at):
    with at(OPEN):
        report = file_nil_return(form="appraisal", period=QUARTER, by=clerk)
    assert (report.status, report.nil_return, report.line_count) == ("SUBMITTED", True, 0)


def test_deleting_what_was_submitted_asks_why_and_frees_the_period(submitted, clerk, at):
    with at(LATE):
        with pytest.raises(BusinessError, match="须写明原因"):
            delete_report(report_id=submitted.pk, reason="", by=clerk)
        delete_report(report_id=submitted.pk, reason="重复填报，误选季度", by=clerk)
        assert Obligation.objects.get().report is None
        begin(clerk)
    assert submitted.versions.count() == 1


def test_another_enterprise_does_not_see_it(submitted, at):
    stranger = EnterpriseFactory(types=["B5"], confirmed=True).staff.first()
    with at(OPEN), pytest.raises(Http404):
        keep(submitted, stranger)


@pytest.mark.parametrize("role", ["county", "admin", "auditor"])
def test_no_other_role_fills_in(submitted, at, role):
    with at(OPEN), pytest.raises(PermissionDenied):
        keep(submitted, UserFactory(**{role: True}))


def test_authority_returns_with_a_reason(submitted, clerk, at):
    officer = UserFactory(county=True)
    with at(LATE):
        with pytest.raises(BusinessError, match="退回原因"):
            return_report(report_id=submitted.pk, version=1, reason="", by=officer)
        returned = return_report(report_id=submitted.pk, version=1, reason="评估收入单位应为万元", by=officer)
        assert returned.status == "RETURNED"
        assert not hand_in(keep(returned, clerk), clerk).is_late


def test_authority_returns_only_what_it_saw(submitted, clerk, at):
    with at(LATE):
        hand_in(keep(submitted, clerk, count=4), clerk)
        with pytest.raises(ConflictError, match="重新查看"):
            return_report(
                report_id=submitted.pk, version=1, reason="评估收入单位应为万元", by=UserFactory(county=True)
            )


@pytest.mark.parametrize("stranger", [{"ningbo": True}, {"jiangsu": True}])
def test_authority_of_another_area_finds_nothing(submitted, at, stranger):
    with at(LATE), pytest.raises(Http404):
        return_report(
            report_id=submitted.pk, version=1, reason="评估收入单位应为万元", by=UserFactory(**stranger)
        )


def test_report_returned_after_the_lock_can_be_mended_for_a_week(submitted, clerk, at):
    with at("2026-11-02 10:00"):
        returned = return_report(
            report_id=submitted.pk, version=1, reason="评估收入单位应为万元", by=UserFactory(county=True)
        )
    with at("2026-11-09 09:59:59"):
        report = keep(returned, clerk)
    with at("2026-11-09 10:00:01"), pytest.raises(ConflictError):
        hand_in(report, clerk)


def test_late_permission_is_asked_granted_and_ends_by_itself(clerk, at):
    officer = UserFactory(county=True)
    with at("2026-10-20 10:00"):
        asked = ask_late_permission(form="appraisal", period=QUARTER, reason="经办人生病住院", by=clerk)
        with pytest.raises(BusinessError, match="已有一份申请"):
            ask_late_permission(form="appraisal", period=QUARTER, reason="经办人生病住院", by=clerk)
        decide_late_request(
            permission_id=asked.pk, is_granted=True, until=shanghai("2026-10-23 00:00"), note="", by=officer
        )
        report = hand_in(keep(begin(clerk), clerk), clerk)
    assert report.is_late
    with at("2026-10-23 00:00:01"), pytest.raises(ConflictError):
        keep(report, clerk)
    assert LatePermission.objects.get().status == LateStatus.GRANTED


def test_late_request_is_answered_once(clerk, at):
    with at("2026-10-20 10:00"):
        asked = ask_late_permission(form="appraisal", period=QUARTER, reason="经办人生病住院", by=clerk)
        refusal = {
            "permission_id": asked.pk,
            "is_granted": False,
            "until": None,
            "note": "已过两个月，不予补报",
        }
        decide_late_request(**refusal, by=UserFactory(county=True))
        with pytest.raises(ConflictError, match="已由他人办理"):
            decide_late_request(**refusal, by=UserFactory(county=True))


def test_unlock_unasked_is_bounded_and_in_scope(enterprise, at):
    wanted = {
        "enterprise_id": enterprise.pk,
        "form": "appraisal",
        "period": QUARTER,
        "note": "系统故障期间未能填报",
    }
    with at("2026-10-20 10:00"):
        with pytest.raises(BusinessError, match="最长 30 天"):
            grant_late_permission(**wanted, until=shanghai("2026-12-31 00:00"), by=UserFactory(city=True))
        with pytest.raises(Http404):
            grant_late_permission(**wanted, until=shanghai("2026-10-25 00:00"), by=UserFactory(ningbo=True))
        grant_late_permission(**wanted, until=shanghai("2026-10-25 00:00"), by=UserFactory(city=True))
    assert LatePermission.objects.get().note == "系统故障期间未能填报"


def test_province_moves_the_window_of_its_own_area_only(clerk, at):
    later = Window(shanghai("2026-10-01 00:00"), shanghai("2026-10-20 00:00"), shanghai("2026-10-30 00:00"))
    with at(OPEN):
        set_window(
            form="appraisal",
            period=QUARTER,
            window=later,
            reason="系统升级顺延",
            by=UserFactory(jiangsu=True),
        )
    with at(LOCKED), pytest.raises(ConflictError):
        begin(clerk)
    with at(OPEN):
        set_window(
            form="appraisal",
            period=QUARTER,
            window=later,
            reason="系统升级顺延",
            by=UserFactory(province=True),
        )
    with at(LOCKED):
        assert not hand_in(keep(begin(clerk), clerk), clerk).is_late


def test_what_is_owed_is_written_down_once(enterprise, form, at):
    EnterpriseFactory(types=["B5"])  # not confirmed
    EnterpriseFactory(types=["A3"], confirmed=True)  # another type
    assert owe_all(form=form, period=QUARTER) == 1
    assert owe_all(form=form, period=QUARTER) == 0
    assert Obligation.objects.visible_to(UserFactory(county=True)).of(form, QUARTER).counts() == {
        "owed": 1,
        "on_time": 0,
        "late": 0,
        "returned": 0,
        "missing": 1,
    }
    assert owe_all(form=form, period=Period.parse("2026-Q1", "QUARTER")) == 0


@pytest.mark.parametrize(("name", "label"), [("preparer_name", "填表人"), ("preparer_phone", "填表人电话")])
def test_nobody_hands_in_without_a_name_and_a_number_to_call(clerk, at, name, label):
    with at(OPEN):
        report = keep(begin(clerk), clerk)
        report = save_report(
            report_id=report.pk,
            revision=report.revision,
            values={name: ""},
            content=None,
            reasons={},
            by=clerk,
        )
        with pytest.raises(BusinessError) as refused:
            hand_in(report, clerk)
    assert [found.message for found in refused.value.findings] == [f"请填写“{label}”。"]
