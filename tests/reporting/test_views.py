"""The pages every report form has, seen through a form only tests know."""

import pytest
from django.urls import reverse

from reporting.models import Report
from tests.factories import EnterpriseFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.reporting.urls")]
OPEN = "2026-10-02 09:00"


@pytest.fixture
def client(client_for, clerk):
    return client_for(clerk)


def address(verb, *args):
    return reverse(f"appraisal:quarter-{verb}", args=args)


def begin(client):
    client.post(address("add"), {"period": "2026-Q3", "action": "start"})
    return Report.objects.get()


def posted(report, **more):
    return {
        "revision": report.revision,
        "preparer_name": "测试填表人",
        "preparer_phone": "0571-87654321",
        "count": "3",
        "fees": "2.00",
        "action": "submit",
    } | more


def test_only_open_periods_are_offered(client, at):
    with at(OPEN):
        page = client.get(address("add"))
    assert [str(one.period) for one in page.context["standings"]] == ["2026-Q3"]
    assert "截止2026年10月5日 24:00" in page.content.decode()
    with at("2026-11-01 09:00"):
        page = client.get(address("add"))
    assert page.context["standings"] == []
    assert "申请补报" in page.content.decode()


def test_report_from_the_choice_of_period_to_the_list(client, at):
    with at(OPEN):
        report = begin(client)
        assert "评估数量" in client.get(address("edit", report.pk)).content.decode()
        answer = client.post(address("edit", report.pk), posted(report), follow=True)
        assert "2026年第3季度鉴定评估季度报表已上报" in answer.content.decode()
        page = client.get(address("list")).content.decode()
    assert "已上报" in page
    assert "修改" in page


def test_refused_form_comes_back_filled(client, at):
    with at(OPEN):
        report = begin(client)
        answer = client.post(address("edit", report.pk), posted(report, count="x", preparer_phone="12"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="x"' in page
    assert "手机号应为11位数字" in page


def test_locked_report_answers_409_and_shows_it(client, at):
    with at(OPEN):
        report = begin(client)
        client.post(address("edit", report.pk), posted(report))
        report.refresh_from_db()
    with at("2026-11-01 09:00"):
        answer = client.post(address("edit", report.pk), posted(report, count="9"))
        assert answer.status_code == 409
        assert 'value="9"' in answer.content.decode()
        assert "已锁定" in client.get(address("list")).content.decode()
        assert client.get(address("edit", report.pk)).status_code == 302


def test_autosave_answers_with_the_next_revision(client, at):
    with at(OPEN):
        report = begin(client)
        answer = client.post(address("edit", report.pk), posted(report, action="autosave"))
        stale = client.post(address("edit", report.pk), posted(report, action="autosave", count="4"))
    assert answer.json()["revision"] == report.revision + 1
    assert (stale.status_code, "另一页面" in stale.json()["message"]) == (409, True)


def test_nil_return_from_the_choice_of_period(client, at):
    with at(OPEN):
        client.post(address("add"), {"period": "2026-Q3", "action": "nil"})
    assert Report.objects.get().nil_return


def test_pages_of_another_enterprise_do_not_exist(client, client_for, at):
    with at(OPEN):
        report = begin(client)
        stranger = client_for(EnterpriseFactory(types=["B5"], confirmed=True).staff.first())
        for verb in ("detail", "edit"):
            assert stranger.get(address(verb, report.pk)).status_code == 404
        assert stranger.post(address("delete", report.pk)).status_code == 404


@pytest.mark.parametrize("verb", ["list", "add"])
@pytest.mark.parametrize("role", ["county", "admin", "auditor"])
def test_other_roles_are_refused(client_for, at, form, verb, role):
    with at(OPEN):
        assert client_for(UserFactory(**{role: True})).get(address(verb)).status_code == 403
