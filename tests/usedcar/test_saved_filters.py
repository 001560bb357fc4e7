"""Filters of the list under names of their owner."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests.factories import UserFactory
from usedcar.models import SavedFilter

pytestmark = pytest.mark.django_db


def add(client, name="三月直接交易", query="month=2026-03&type=DIRECT"):
    return client.post(f"{reverse('usedcar:filter-add')}?{query}", {"name": name}, follow=True)


def told(answer):
    return [str(one) for one in answer.context["messages"]]


def test_a_filter_is_kept_used_renamed_and_forgotten(clerk, trade):
    page = add(clerk)
    saved = SavedFilter.objects.get()
    assert told(page)[-1] == "已保存常用条件“三月直接交易”。"
    assert saved.address == "?month=2026-03&type=DIRECT"
    assert f'href="{reverse("usedcar:trade-list")}?month=2026-03&amp;type=DIRECT"' in page.content.decode()
    clerk.post(reverse("usedcar:filter-rename", args=[saved.pk]), {"name": "春季"})
    assert "春季" in clerk.get(reverse("usedcar:trade-list")).content.decode()
    clerk.post(reverse("usedcar:filter-remove", args=[saved.pk]))
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize(
    ("name", "query", "message"),
    [
        ("", "type=DIRECT", "请填写名称"),
        ("长" * 21, "type=DIRECT", "不超过20个字"),
        ("全部", "", "请先选择查询条件"),
        ("全部", "type=NONE&q=13800000001", "请先选择查询条件"),
        ("已有", "type=DIRECT", "已有同名"),
    ],
)
def test_what_is_not_kept_says_why(clerk, trade, name, query, message):
    add(clerk, "已有")
    assert message in told(add(clerk, name, query))[-1]
    assert SavedFilter.objects.count() == 1


def test_a_person_keeps_twenty(clerk, manager, trade):
    SavedFilter.objects.bulk_create(
        SavedFilter(user=manager, name=f"第{number}个", address="?type=DIRECT") for number in range(20)
    )
    assert "最多保存 20 个" in told(add(clerk))[-1]


def test_filters_are_their_owners_alone(clerk, manager, client_for, trade):
    add(clerk)
    saved = SavedFilter.objects.get()
    officer = client_for(UserFactory(county=True))
    assert saved.name not in officer.get(reverse("usedcar:trade-list")).content.decode()
    for name in ("filter-rename", "filter-remove"):
        assert officer.post(reverse(f"usedcar:{name}", args=[saved.pk]), {"name": "别人"}).status_code == 404
    saved.refresh_from_db()
    assert saved.name == "三月直接交易"
    with pytest.raises(IntegrityError, match="savedfilter_name_unique"), transaction.atomic():
        SavedFilter.objects.create(user=manager, name=saved.name, address="?q=1")
