from datetime import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from filing.change_notice import change_notice
from filing.models import Filing, ProvinceSetting
from tests.factories import EnterpriseFactory, UserFactory
from tests.filing import life
from tests.filing.posts import posted

pytestmark = pytest.mark.django_db


def at(day, hour=10):
    return timezone.make_aware(datetime.fromisoformat(f"{day}T{hour:02d}:00"))


@pytest.mark.parametrize(
    ("day", "text"),
    [
        ("2026-11-25", ""),
        ("2026-11-30", ""),
        ("2026-12-01", "月报截止 12月5日 24:00，之前还有 3 个工作日。"),
        ("2026-12-02", "月报截止 12月5日 24:00，之前还有 2 个工作日。"),
        ("2026-12-05", "月报截止 12月5日 24:00，之前没有其他工作日了。"),
        ("2026-12-06", ""),
        ("2026-10-30", ""),
    ],
)
def test_deadline_is_named_from_the_third_working_day_on(day, text):
    notice = change_notice(EnterpriseFactory(confirmed=True), now=at(day))
    assert notice.deadline.startswith(text) if text else notice.deadline == ""


@pytest.mark.parametrize(
    ("types", "blocked"),
    [
        (["A3"], "汽车销售月报和年报；"),
        (["B1"], "二手车交易信息（含批量导入）、交易市场月报和年报；"),
        (["A3", "B2"], "汽车销售月报和年报、二手车交易信息（含批量导入）；"),
        (["B5"], "不受影响"),
    ],
)
def test_notice_names_what_is_closed_for_these_types(types, blocked):
    notice = change_notice(EnterpriseFactory(confirmed=True, types=types))
    assert notice.rule == "提交后须主管部门重新确认，确认前可能无法填报。"
    assert blocked in notice.blocked


def test_province_that_lets_enterprises_report_blocks_nothing():
    ProvinceSetting.objects.create(
        jurisdiction_id="330000", reports_while_changed=True, set_by=UserFactory(province=True)
    )
    notice = change_notice(EnterpriseFactory(confirmed=True), now=at("2026-12-04"))
    assert (notice.blocked, notice.deadline) == ("本省允许重新确认期间用现在有效的版本继续填报。", "")


def test_draft_that_moves_names_the_new_authority_and_what_closes():
    enterprise = life.world("CONFIRMED, draft of a change")
    life.move_first(enterprise)
    notice = change_notice(enterprise, enterprise.filings.get(version=2))
    assert "宁波市商务局受理" in notice.rule
    assert notice.blocked == "确认前不能填报，也不能打印备案信息表。"


def test_move_is_handed_in_only_once_it_was_ticked(client_for):
    enterprise = life.world("CONFIRMED, draft of a change")
    client = client_for(enterprise.staff.get())
    life.move_first(enterprise)
    draft = enterprise.filings.get(version=2)
    declared = {"truth_declared": "on", "image_sync_acknowledged": "on", "action": "submit"}
    answer = client.post(reverse("filing:edit"), posted(draft, **declared))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#id_division_code">“所在地区”：所在地区改由宁波市商务局受理' in page
    assert Filing.objects.get(pk=draft.pk).status == "DRAFT"
    draft.refresh_from_db()
    answer = client.post(reverse("filing:edit"), posted(draft, **declared, warnings_checked="on"))
    assert answer.status_code == 302
    assert Filing.objects.get(pk=draft.pk).status == "SUBMITTED"
