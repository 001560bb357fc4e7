"""A month on paper: what was submitted, its totals and signatures, and for whom."""

import pytest
from django.urls import reverse

from reporting.services import file_nil_return, return_report, save_report, submit_report
from tests.factories import EnterpriseFactory, UserFactory
from tests.newcar.conftest import MONTH

pytestmark = pytest.mark.django_db


def paper(client, report, at, **query):
    with at():
        return client.get(report.url("print"), query)


def test_paper_shows_what_counts_with_totals_and_signatures(client_for, at, clerk, models, line_of, month_of):
    report = month_of(MONTH, [line_of(models[0]), line_of(models[1], line_note="")])
    with at():
        kept = {"values": {}, "content": {"lines": []}, "reasons": {}}
        save_report(report_id=report.pk, revision=report.revision, **kept, by=clerk)
    text = paper(client_for(clerk), report, at).content.decode()
    for word in (
        "汽车销售月报",
        report.enterprise.name,
        report.enterprise.uscc,
        "2026年10月",
        "浙江省商务厅",
    ):
        assert word in text
    for word in ("测试车甲", "测试车乙", "合计（2 行）", "240.00", "填报单位（盖章）", "单位负责人（签字）"):
        assert word in text
    assert "sheet-mark" not in text


def test_paper_marks_what_does_not_count(client_for, at, clerk, models, line_of, month_of):
    draft = month_of(MONTH.previous, [line_of(models[0])], submit=False)
    assert "草稿，未上报" in paper(client_for(clerk), draft, at).content.decode()
    report = month_of(MONTH, [line_of(models[0])])
    with at():
        kept = {"values": {}, "content": {"lines": [line_of(models[1])]}, "reasons": {}}
        report = save_report(report_id=report.pk, revision=report.revision, **kept, by=clerk)
        report = submit_report(report_id=report.pk, revision=report.revision, by=clerk)
    first = paper(client_for(clerk), report, at, version=1).content.decode()
    assert "已被后来上报的版本取代" in first
    assert "测试车甲" in first
    with at():
        officer = UserFactory(county=True)
        return_report(report_id=report.pk, version=2, reason="销售额单位应为万元", by=officer)
    assert "已退回，待修改" in paper(client_for(clerk), report, at).content.decode()


def test_paper_of_a_nil_return_says_so(client_for, at, clerk):
    with at():
        report = file_nil_return(form="newcar_monthly", period=MONTH, by=clerk)
    assert "本期无业务（零报告）" in paper(client_for(clerk), report, at).content.decode()


def test_paper_is_for_the_enterprise_and_its_authority(client_for, at, models, line_of, month_of):
    report = month_of(MONTH, [line_of(models[0])])
    stranger = EnterpriseFactory(confirmed=True).staff.first()
    assert paper(client_for(stranger), report, at).status_code == 404
    assert paper(client_for(UserFactory(county=True)), report, at).status_code == 403
    url = reverse("reviews:report-print", args=[report.pk])
    with at():
        assert "测试车甲" in client_for(UserFactory(county=True)).get(url).content.decode()
        assert client_for(UserFactory(jiangsu=True)).get(url).status_code == 404
        assert client_for(UserFactory(auditor=True)).get(url).status_code == 403
