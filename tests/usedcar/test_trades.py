"""One trade from the form to its history: what goes in, what is refused, and what stays secret."""

import json
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Outcome
from accounts.models import AuditRecord
from filing.enums import FilingStatus
from filing.models import Enterprise
from tests.factories import TradeFactory, UserFactory, resident_id_of
from tests.usedcar.trades import MARKER, after_lock, person, reporter_of, typed
from usedcar import services
from usedcar.enums import TradeAction, TradeStatus
from usedcar.models import PastTrade, Trade, TradeEvent
from usedcar.staging import party_key

pytestmark = pytest.mark.django_db
VECTORS = json.loads((Path(__file__).parents[1] / "data" / "check_vectors.json").read_text(encoding="utf-8"))


def add(client, data):
    return client.post(reverse("usedcar:trade-add"), data)


def errors_of(answer):
    return dict(answer.context["form"].errors)


def rules_at(answer):
    """The rules of the findings that are asked or told, besides the errors at their fields."""
    return {found.rule for found in answer.context["notes"]}


def test_a_sound_trade_is_reported_once(clerk, manager, market, data):
    answer = add(clerk, data)
    trade = Trade.objects.get()
    assert answer.status_code == 302, (errors_of(answer), rules_at(answer))
    assert (answer.status_code, answer.url) == (302, reverse("usedcar:trade-detail", args=[trade.pk]))
    assert (trade.enterprise, trade.reported_by, trade.batch) == (market, manager, None)
    assert trade.buyer_id_number == MARKER
    assert bytes(trade.buyer_id_key) == party_key(data["buyer_id_type"], data["buyer_id_number"])
    assert trade.buyer_id_mask == f"{MARKER[:3]}{'*' * 13}{MARKER[-2:]}"
    assert trade.status == TradeStatus.REPORTED

    again = add(clerk, data)
    assert again.status_code == 422
    (message,) = errors_of(again)["invoice_number"]
    assert message == f"该发票已于{timezone.localdate()}由本企业填报，请勿重复。"
    assert Trade.objects.count() == 1


def test_an_invoice_of_another_enterprise_is_told_by_its_day_alone(clerk, data):
    other = TradeFactory(invoice_number=data["invoice_number"], invoice_code=data["invoice_code"])
    answer = add(clerk, data)
    assert errors_of(answer)["invoice_number"] == [
        f"该发票已于{timezone.localdate()}由其他企业填报，请勿重复。"
    ]
    assert other.enterprise.name not in answer.content.decode()


def test_two_reports_of_an_invoice_at_the_same_moment_leave_one(clerk, data, monkeypatch):
    TradeFactory(invoice_number=data["invoice_number"], invoice_code=data["invoice_code"])
    checked = iter([[]])
    module = "usedcar.steps.check_invoice_known"
    monkeypatch.setattr(module, lambda *args: next(checked))
    answer = add(clerk, data)
    assert "invoice_number" in errors_of(answer)
    assert Trade.objects.count() == 1


def test_everything_missing_is_named_and_everything_typed_stays(clerk, data):
    answer = add(clerk, {"seller_name": "甲", "vin": "LSVI", "price": "一万", "buyer_id_number": MARKER})
    assert answer.status_code == 422
    errors = errors_of(answer)
    assert {"seller_party_kind", "buyer_name", "plate_type", "vin", "price", "traded_on"} <= errors.keys()
    assert errors["vin"] == ["车辆识别代号应为17位，当前4位。"]
    page = answer.content.decode()
    assert all(f'value="{text}"' in page for text in ("甲", "LSVI", "一万", MARKER))
    assert not Trade.objects.exists()


def test_what_does_not_apply_is_ignored(clerk, data):
    stale = {"seller_uscc": "不是代码", "dealer_direction": "BUY_IN", "reverse_invoice": "1"}
    answer = add(clerk, {**data, **stale, "trade_type": "DIRECT", "transfer_type": "SAME_CITY"})
    assert answer.status_code == 302, errors_of(answer)
    trade = Trade.objects.get()
    assert (trade.seller_uscc, trade.dealer_direction, trade.reverse_invoice) == ("", "", None)
    assert trade.transfer_to_division == ""


def outcome_of(client, data):
    """The rules a form answers with: errors by their text, questions and hints by number."""
    answer = add(client, data)
    if answer.status_code == 302:
        Trade.objects.all().delete()
        return set(), set()
    return set(errors_of(answer)), rules_at(answer)


def test_vectors_of_vehicles(clerk, data):
    for vector in VECTORS["vin"]:
        errors, notes = outcome_of(
            clerk, {**data, "vin": vector["value"], "first_registered_on": "2022-06-01"}
        )
        assert ("vin" not in errors) == vector["valid"], vector
        if vector.get("warn"):
            assert vector["warn"] in notes, vector


def test_vectors_of_plates(clerk, data):
    for vector in VECTORS["plate"]:
        errors, notes = outcome_of(clerk, {**data, "plate_no": vector["value"]})
        assert ("plate_no" not in errors) == vector["valid"], vector
        if vector.get("warn"):
            assert vector["warn"] in notes, vector


def test_vectors_of_organisations(clerk, data):
    for vector in VECTORS["uscc"]:
        organisation = {"buyer_party_kind": "ORG", "buyer_uscc": vector["value"]}
        errors, _ = outcome_of(clerk, {**data, **organisation})
        assert ("buyer_uscc" not in errors) == vector["valid"], vector


@pytest.mark.parametrize(
    ("name", "kind", "nationality"),
    [
        ("resident_id", "RESIDENT_ID", "CN"),
        ("hmt_residence_permit", "HMT_RESIDENCE", "CN"),
    ],
)
def test_vectors_of_persons(clerk, data, name, kind, nationality):
    for vector in VECTORS[name]:
        party = person("buyer", vector["value"], id_type=kind, nationality=nationality)
        errors, notes = outcome_of(clerk, {**data, **party})
        assert ("buyer_id_number" not in errors) == vector["valid"], vector
        if vector.get("warn"):
            assert vector["warn"] in notes, vector


def test_vectors_of_travel_documents(clerk, data):
    for vector in VECTORS["travel_documents"]:
        nationality = "US" if vector["type"].startswith("FOREIGN") else "CN"
        party = person("buyer", vector["value"], id_type=vector["type"], nationality=nationality)
        errors, _ = outcome_of(clerk, {**data, **party})
        assert ("buyer_id_number" not in errors) == vector["valid"], vector


def test_a_wrong_check_digit_asks_for_a_tick_and_a_reason(clerk, data):
    digit = "1" if data["vin"][8] != "1" else "2"
    wrong = {**data, "vin": f"{data['vin'][:8]}{digit}{data['vin'][9:]}"}
    answer = add(clerk, wrong)
    assert (answer.status_code, rules_at(answer)) == (422, {"T-032"})
    assert add(clerk, {**wrong, "vin_reason": "ON_PAPERS"}).status_code == 422
    answered = {"vin_checked": "on", "vin_reason": "ON_PAPERS"}
    assert add(clerk, {**wrong, **answered}).status_code == 302
    assert Trade.objects.get().vin_reason == "ON_PAPERS"


def test_earlier_deals_of_the_vehicle_are_questions(clerk, data):
    earlier = TradeFactory(vin=data["vin"], traded_on=timezone.localdate() - timedelta(days=3))
    answer = add(clerk, data)
    assert (answer.status_code, rules_at(answer)) == (422, {"T-060", "T-061"})
    page = answer.content.decode()
    assert f"{earlier.traded_on}，其他企业填报" in page
    assert earlier.enterprise.name not in page
    assert add(clerk, {**data, "warnings_read": answer.context["questions"]}).status_code == 302


def test_a_tick_answers_no_later_question(clerk, data):
    TradeFactory(vin=data["vin"], traded_on=timezone.localdate() - timedelta(days=3))
    answer = add(clerk, {**data, "warnings_read": "T-060:vin"})
    assert answer.status_code == 422


def test_the_third_short_sale_of_a_person_stops_and_says_whom_to_ask(clerk, market, data):
    recent = timezone.localdate() - timedelta(days=60)
    short = {**data, "original_purchased_on": str(recent), "first_registered_on": str(recent)}
    key = party_key(data["seller_id_type"], data["seller_id_number"])
    for _ in range(2):
        row = {"seller_party_kind": "PERSON", "seller_id_key": key, "original_purchased_on": recent}
        TradeFactory(enterprise=market, first_registered_on=recent, **row)
    answer = add(clerk, short)
    (message,) = errors_of(answer)["seller_name"]
    assert "已达3辆" in message
    assert "请联系西湖区商务局" in message


def test_a_person_without_permission_reports_nothing(client_for, data):
    refused = reporter_of(kind="B5")
    assert add(client_for(refused.staff.first()), data).status_code == 422
    with pytest.raises(PermissionDenied):
        services.save_trade(values={}, by=UserFactory(county=True))
    assert not Trade.objects.exists()


def test_an_enterprise_that_is_not_confirmed_reports_nothing(clerk, market, data):
    Enterprise.objects.filter(pk=market.pk).update(status=FilingStatus.CHANGED)
    assert add(clerk, data).status_code == 422
    assert not Trade.objects.exists()


def edit(client, trade, **changes):
    form = client.get(reverse("usedcar:trade-edit", args=[trade.pk])).context["form"]
    data = typed({name: form[name].value() for name in form.fields})
    sent = {**data, "version": trade.version, "reason": "录入有误", **changes}
    return client.post(reverse("usedcar:trade-edit", args=[trade.pk]), sent)


def test_a_change_keeps_the_earlier_content_and_hides_numbers(clerk, trade):
    page = clerk.get(reverse("usedcar:trade-edit", args=[trade.pk])).content.decode()
    assert MARKER not in page
    answer = edit(clerk, trade, price="12345.60")
    assert answer.status_code == 302, errors_of(answer)
    changed = Trade.objects.get()
    assert (str(changed.price), changed.version, changed.buyer_id_number) == ("12345.60", 2, MARKER)
    assert (changed.buyer_phone, changed.buyer_address) == ("13800000001", "演示路1号")
    event = TradeEvent.objects.filter(action=TradeAction.CHANGE).get()
    assert (event.fields, event.reason) == (["price"], "录入有误")
    assert PastTrade.objects.get(event=event).price == trade.price


def test_a_change_of_an_older_version_is_a_conflict(clerk, trade):
    edit(clerk, trade, price="12345")
    answer = edit(clerk, trade, price="54321", version=1)
    assert answer.status_code == 409
    assert Trade.objects.get().price == 12345


def test_a_change_of_the_person_is_recorded_by_name_of_the_field_only(clerk, trade):
    number = resident_id_of(99)
    assert edit(clerk, trade, buyer_id_number=number).status_code == 302
    event = TradeEvent.objects.filter(action=TradeAction.CHANGE).get()
    assert event.fields == ["buyer_id_number"]
    assert Trade.objects.get().buyer_id_number == number
    assert PastTrade.objects.get().buyer_id_number == MARKER


def test_a_locked_month_refuses_change_and_deletion_but_not_the_red_invoice(clerk, manager, trade):
    with after_lock(trade):
        closed = clerk.get(reverse("usedcar:trade-edit", args=[trade.pk]))
        assert closed.url == reverse("usedcar:trade-detail", args=[trade.pk])
        deleted = clerk.post(reverse("usedcar:trade-delete", args=[trade.pk]), {"reason": "重复"})
        assert deleted.status_code == 409
        assert "该交易所属月份已锁定，请申请更正。由西湖区商务局办理" in deleted.content.decode()
        red = {"red_invoice_number": "26009999900000000001", "voided_on": str(timezone.localdate())}
        assert clerk.post(reverse("usedcar:trade-void", args=[trade.pk]), red).status_code == 302
    assert Trade.objects.get().status == TradeStatus.VOIDED
    refused = AuditRecord.objects.get(action="usedcar.trade-delete")
    assert (refused.outcome, refused.object_id) == (Outcome.REFUSED, str(trade.pk))


def test_a_deleted_trade_is_gone_from_lists_and_kept_with_its_reason(clerk, trade, data):
    url = reverse("usedcar:trade-delete", args=[trade.pk])
    assert clerk.post(url, {"reason": ""}).status_code == 422
    assert clerk.post(url, {"reason": "重复录入"}).status_code == 302
    assert not Trade.objects.exists()
    event = TradeEvent.objects.get(action=TradeAction.DELETE)
    assert (event.trade_number, event.reason) == (trade.pk, "重复录入")
    assert (event.before.vin, event.before.buyer_id_number) == (trade.vin, MARKER)
    assert AuditRecord.objects.get(action="usedcar.trade-delete").object_id == str(trade.pk)
    assert add(clerk, data).status_code == 302


def test_a_voided_trade_stays_keeps_its_invoice_and_changes_no_more(clerk, trade, data):
    url = reverse("usedcar:trade-void", args=[trade.pk])
    bad = clerk.post(url, {"red_invoice_number": "123", "voided_on": str(timezone.localdate())})
    assert (bad.status_code, "红字" in bad.content.decode()) == (422, True)
    early = {"red_invoice_number": "26009999900000000001", "voided_on": "2020-01-01"}
    assert clerk.post(url, early).status_code == 422
    assert clerk.post(url, {**early, "voided_on": str(timezone.localdate())}).status_code == 302
    assert "已红冲" in clerk.get(reverse("usedcar:trade-detail", args=[trade.pk])).content.decode()
    assert add(clerk, data).status_code == 422
    assert clerk.post(reverse("usedcar:trade-delete", args=[trade.pk]), {"reason": "重复"}).status_code == 409
    assert Trade.objects.get().version == 2


def reveal(client, trade, party="buyer", reason="核对发票"):
    return client.post(reverse("usedcar:trade-reveal", args=[trade.pk]), {"party": party, "reason": reason})


def test_a_number_is_shown_with_a_reason_and_leaves_a_trace(clerk, manager, trade):
    assert reveal(clerk, trade, reason="").status_code == 422
    answer = reveal(clerk, trade)
    assert MARKER in answer.content.decode()
    assert answer["Cache-Control"] == "private, no-store"
    trace = AuditRecord.objects.get(action="usedcar.trade-reveal")
    assert (trace.user_id, trace.object_id, trace.detail) == (manager.pk, str(trade.pk), {"party": "buyer"})


def test_an_operator_sees_the_numbers_he_entered_today(client_for, market, trade):
    operator = UserFactory(operator=True)
    market.staff.add(operator)
    client = client_for(operator)
    assert reveal(client, trade).status_code == 422
    Trade.objects.update(reported_by=operator)
    assert reveal(client, trade).status_code == 200
    Trade.objects.update(reported_at=timezone.now() - timedelta(days=1))
    answer = reveal(client, trade)
    assert (answer.status_code, MARKER in answer.content.decode()) == (422, False)


def test_the_hundred_and_first_number_of_a_day_is_refused(clerk, manager, trade):
    AuditRecord.objects.bulk_create(
        AuditRecord(user_id=manager.pk, action="usedcar.trade-reveal", request_id="r") for _ in range(100)
    )
    answer = reveal(clerk, trade)
    assert (answer.status_code, MARKER in answer.content.decode()) == (429, False)
    assert AuditRecord.objects.filter(action="usedcar.trade-reveal", outcome=Outcome.REFUSED).count() == 1


def test_the_number_of_a_document_is_found_and_written_nowhere(clerk, trade, caplog):
    """The marker is typed, stored, searched, exported and refused; it shows up in no list, log or trail."""
    url = reverse("usedcar:trade-list")
    with caplog.at_level(logging.DEBUG):
        found = clerk.post(url, {"q": f" {MARKER[:6]} {MARKER[6:]} "})
        shown = [found, clerk.get(url), clerk.get(url, {"q": MARKER})]
        shown += [clerk.get(reverse("usedcar:trade-detail", args=[trade.pk]))]
        refused = add(clerk, {"buyer_id_number": MARKER})
        clerk.post(reverse("usedcar:trade-delete", args=[trade.pk]), {"reason": f"号码 {MARKER} 重复"})
    assert [row.pk for row in found.context["page"].rows] == [trade.pk]
    assert refused.status_code == 422
    assert not [page for page in shown if MARKER in page.content.decode()]
    assert MARKER not in caplog.text
    trail = AuditRecord.objects.values_list("summary", "detail", "object_id")
    assert MARKER not in str(list(trail))
    assert MARKER not in str(list(TradeEvent.objects.values_list("reason", "fields")))


@pytest.mark.parametrize("name", ["trade-edit", "trade-delete", "trade-void", "trade-reveal"])
def test_other_enterprises_know_nothing_of_a_trade(client_for, trade, name):
    other = client_for(reporter_of().staff.first())
    assert other.post(reverse(f"usedcar:{name}", args=[trade.pk]), {"reason": "核对"}).status_code == 404


@pytest.mark.parametrize("name", ["trade-edit", "trade-delete", "trade-void", "trade-reveal"])
def test_authorities_change_nothing_and_see_no_number(client_for, trade, name):
    officer = client_for(UserFactory(county=True))
    assert officer.post(reverse(f"usedcar:{name}", args=[trade.pk]), {"reason": "核对"}).status_code == 403
    page = officer.get(reverse("usedcar:trade-detail", args=[trade.pk])).content.decode()
    assert not [word for word in ("查看证件号码", "删除这笔交易", "欧阳试") if word in page]


def test_the_history_of_a_deleted_trade_is_read_by_auditors_and_authorities(client_for, clerk, trade):
    clerk.post(reverse("usedcar:trade-delete", args=[trade.pk]), {"reason": "重复录入"})
    url = reverse("usedcar:trade-history", args=[trade.pk])
    for user in (UserFactory(auditor=True), UserFactory(county=True)):
        page = client_for(user).get(url).content.decode()
        assert [word in page for word in ("重复录入", trade.vin, "欧阳试", MARKER)] == [
            True,
            True,
            False,
            False,
        ]
    assert "欧阳试" in clerk.get(url).content.decode()
    assert client_for(UserFactory(jiangsu=True)).get(url).status_code == 404
    assert client_for(reporter_of().staff.first()).get(url).status_code == 404
    assert client_for(UserFactory(admin=True)).get(url).status_code == 403
