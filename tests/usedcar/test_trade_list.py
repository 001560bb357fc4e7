"""The list of trades: search that keeps numbers out of addresses, filters, export."""

import io

import openpyxl
import pytest
from django.db import connection
from django.http import QueryDict
from django.urls import reverse

from accounts.models import AuditRecord
from tests.elements import Elements
from tests.factories import TradeFactory, UserFactory
from tests.usedcar.trades import MARKER, after_lock, reporter_of
from usedcar.enums import TradeStatus
from usedcar.filters import TradeFilter, keys_of_number
from usedcar.models import Trade

pytestmark = pytest.mark.django_db


def test_a_stranger_and_a_private_number_stay_out_of_the_address(client_for, clerk, trade):
    other = reporter_of()
    url = reverse("usedcar:trade-list")
    answer = client_for(other.staff.first()).post(url, {"q": MARKER})
    assert (answer.status_code, list(answer.context["page"].rows)) == (200, [])
    assert clerk.post(url, {"q": "E12345678"}).status_code == 200
    assert clerk.post(url, {"q": "13800000001"}).status_code == 200
    assert clerk.post(url, {"q": trade.vin, "month": "2026-01"}).url == f"{url}?q={trade.vin}&month=2026-01"
    officer = client_for(UserFactory(county=True)).post(url, {"q": MARKER})
    assert [row.pk for row in officer.context["page"].rows] == [trade.pk]


def test_rows_come_back_escaped_each_with_its_own_steps(clerk, client_for, trade):
    hostile = "<script>\"&'{0}{vin}"
    voided = TradeFactory(enterprise=trade.enterprise)
    Trade.objects.update(buyer_name=hostile)
    red = {"red_invoice_number": "24322000000012345678", "voided_on": voided.traded_on}
    Trade.objects.filter(pk=voided.pk).update(status=TradeStatus.VOIDED, **red)
    url = reverse("usedcar:trade-list")
    for _ in range(2):
        drawn = Elements(clerk.get(url).content.decode())
        assert hostile in drawn.texts
        links = {attrs.get("href") for _, attrs in drawn.elements}
        edits = [reverse("usedcar:trade-edit", args=[row.pk]) in links for row in (trade, voided)]
        assert edits == [True, False]
        assert drawn.elements.count(("span", {"class": "state state-idle"})) == 1
    officer = Elements(client_for(UserFactory(county=True)).get(url).content.decode())
    assert trade.enterprise.name in officer.texts
    assert hostile not in officer.texts


def exported(client, query=""):
    answer = client.post(f"{reverse('usedcar:trade-export')}?{query}")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    return [[cell.value for cell in row] for row in sheet], [cell for row in sheet for cell in row]


def test_an_export_holds_what_is_filtered_masked_and_without_formulas(clerk, client_for, manager, trade):
    Trade.objects.update(seller_name="=1+2", maker_model="@SUM(A1)")
    TradeFactory(enterprise=trade.enterprise)
    TradeFactory()
    rows, cells = exported(clerk, f"q={trade.vin}")
    assert f"导出人：{manager.username}" in rows[0][0]
    assert f"条件：搜索：{trade.vin}" in rows[0][0]
    assert [row[0] for row in rows[2:]] == [trade.vin]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert MARKER not in str(rows)
    assert trade.buyer_id_mask in rows[2]
    assert len(exported(clerk)[0]) == 4
    assert "欧**" in str(exported(client_for(UserFactory(county=True)))[0])
    record = AuditRecord.objects.filter(action="usedcar.trade-export").earliest("id")
    assert (record.summary, record.detail) == (f"搜索：{trade.vin}", {"count": 1})


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("type=DIRECT", 1),
        ("type=AUCTION", 0),
        ("status=REPORTED", 1),
        ("status=VOIDED", 0),
        ("source=FORM", 1),
        ("source=IMPORT", 0),
        ("type=%00&status=x&source=y", 1),
    ],
)
def test_filters_stand_in_the_address(clerk, trade, query, count):
    Trade.objects.update(trade_type="DIRECT")
    assert len(clerk.get(f"{reverse('usedcar:trade-list')}?{query}").context["page"].rows) == count


def test_the_list_offers_change_until_the_month_is_locked(clerk, trade):
    url = reverse("usedcar:trade-list")
    edit_url = reverse("usedcar:trade-edit", args=[trade.pk])
    assert edit_url in clerk.get(url).content.decode()
    with after_lock(trade):
        page = clerk.get(url).content.decode()
    assert (edit_url in page, "已锁定" in page) == (False, True)


@pytest.mark.parametrize(
    ("found", "indexes"),
    [
        (lambda: Trade.objects.of_persons(keys_of_number(MARKER)), ["trade_seller_key", "trade_buyer_key"]),
        (lambda: Trade.objects.sold_by(keys_of_number(MARKER)), ["trade_seller_key"]),
        (lambda: Trade.objects.of_vehicles(["LSVTEST0000000001"]), ["trade_vin_reversed"]),
        (lambda: searched("LSVTEST0100000001"), ["trade_vin_reversed"]),
        (lambda: searched("000001"), ["trade_vin_reversed"]),
        (lambda: searched("0000001"), ["trade_vin_reversed"]),
        (lambda: searched("浙A00001"), ["trade_plate"]),
        (lambda: searched("12345678"), ["trade_vin_reversed", "trade_invoice_unique"]),
    ],
    ids=["person", "seller", "vehicle", "vin", "six", "seven", "plate", "invoice or tail"],
)
def test_each_search_walks_its_index(found, indexes):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = found().order_by().explain()
    assert all(name in plan for name in indexes), plan


def searched(text):
    return TradeFilter(QueryDict(f"q={text}"), by_name=False).apply(Trade.objects.all())
