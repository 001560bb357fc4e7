"""Delivery to the traffic police over a real connection, whatever the receiver does."""

import logging
import ssl
from datetime import timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from accounts.models import AuditRecord
from filing import delivery, police_client
from filing.enums import PushOutcome, PushState
from filing.models import PushMessage, PushTry, StoredImage
from filing.police_client import Answer
from filing.services import queue_push, resend_failed
from filing.tasks import forget_tries, push_message, sweep_pushes
from tests.factories import FilingFactory, PushMessageFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(police_client, "READ_SECONDS", 0.5)
    monkeypatch.setattr(police_client, "TOTAL_SECONDS", 1)


def again(message):
    """The message as it is stored now."""
    return PushMessage.objects.get(pk=message.pk)


def is_due(message):
    PushMessage.objects.filter(pk=message.pk).update(next_try_at=timezone.now())


def pushed(message):
    push_message(message.pk)
    return again(message)


def test_message_is_delivered_with_its_receipt_and_recorded_once(receiver):
    message = pushed(PushMessageFactory())
    (received,) = receiver.received
    assert (message.state, message.receipt) == (PushState.DELIVERED, received["receipt"])
    assert (received["key"], received["times"]) == (message.key, 1)
    record = AuditRecord.objects.get(action="push.deliver")
    assert record.detail["receiver"] == "127.0.0.1"
    assert record.detail["purpose"] == "二手车转让登记免交营业执照原件"
    assert {"uscc", "enterprise_name", "seal_image"} <= set(record.detail["fields"])
    assert pushed(message).tries == 1
    assert receiver.calls == 1


@pytest.mark.parametrize(
    ("mode", "status", "words"),
    [
        ("500", 500, "接收端内部错误"),
        ("503", 503, "接收端暂停服务"),
        ("slow", None, "没有应答"),
        ("garbage", 200, "不是约定的格式"),
        ("drop", None, "连接中断"),
        ("redirect", 302, "按规定不跟随"),
        ("wrong-hash", 200, "校验值与发送的内容不一致"),
        ("huge", 200, "应答过大"),
        ("drip", None, "应答过慢"),
    ],
)
def test_ill_receiver_is_tried_again_later_and_the_message_arrives_once(receiver, mode, status, words):
    message = PushMessageFactory()
    receiver.behave(mode)
    message = pushed(message)
    assert (message.state, message.last_status, message.tries) == (PushState.WAITING, status, 1)
    assert words in message.last_answer
    assert timedelta(seconds=55) < message.next_try_at - timezone.now() < timedelta(seconds=80)
    receiver.behave("ok")
    is_due(message)
    message = pushed(message)
    assert (message.state, message.tries) == (PushState.DELIVERED, 2)
    assert [received["key"] for received in receiver.received] == [message.key]
    assert list(message.attempts.values_list("outcome", flat=True)) == ["POSTPONED", "ACCEPTED"]


def test_duplicate_with_the_right_hash_is_delivered(receiver):
    receiver.behave("duplicate")
    message = pushed(PushMessageFactory())
    assert (message.state, message.last_status) == (PushState.DELIVERED, 409)
    assert message.receipt


@pytest.mark.parametrize(("mode", "words"), [("400", "不符合约定"), ("401", "不认可签名")])
def test_refusal_stops_at_once_and_alarms(receiver, monkeypatch, caplog, mode, words):
    told = []
    monkeypatch.setattr(delivery, "notify", lambda people, **word: told.append((list(people), word)))
    admin = UserFactory(admin=True)
    UserFactory(admin=True, is_active=False)
    receiver.behave(mode)
    with caplog.at_level(logging.ERROR):
        message = pushed(PushMessageFactory())
        pushed(PushMessageFactory())
    assert (message.state, message.last_status) == (PushState.FAILED, int(mode))
    assert words in message.last_answer
    assert f"对方说明：{mode}" in message.last_answer
    assert "push to the traffic police stopped" in caplog.text
    assert AuditRecord.objects.filter(action="push.fail").count() == 2
    ((people, word),) = told
    assert people == [admin]
    assert message.enterprise.name in word["text"]
    assert word["url"] == f"/reviews/sync/{message.pk}/"
    sweep_pushes()
    assert again(message).tries == 1


def test_wrong_key_is_refused_by_the_receiver(receiver):
    receiver.gateway.key = "another-key"
    message = pushed(PushMessageFactory())
    assert (message.state, message.last_status) == (PushState.FAILED, 401)
    assert receiver.received == []


def test_receiver_that_is_not_there_is_tried_again(settings):
    settings.POLICE_GATEWAY_URL = "http://127.0.0.1:9"
    message = pushed(PushMessageFactory())
    assert (message.state, message.last_answer) == (PushState.WAITING, "连接不上接收端")


def test_no_proxy_of_the_environment_is_asked(receiver, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert pushed(PushMessageFactory()).state == PushState.DELIVERED


@pytest.fixture
def secure(receiver, settings, tmp_path):
    """The receiver behind TLS, its certificate signed by nobody else; gives the file to trust."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = timezone.now()
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "gateway.pem"
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + plain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    receiver.gateway.socket = context.wrap_socket(receiver.gateway.socket, server_side=True)
    settings.POLICE_GATEWAY_URL = receiver.url.replace("http://", "https://")
    return str(path)


def test_certificate_nobody_trusts_is_not_spoken_to(receiver, secure):
    message = pushed(PushMessageFactory())
    assert (message.state, message.last_answer) == (
        PushState.WAITING,
        "接收端的证书不被信任，没有发送",
    )
    assert receiver.gateway.register.received == {}


def test_private_ca_is_trusted_when_it_is_named(receiver, secure, settings):
    settings.POLICE_GATEWAY_CA = secure
    message = PushMessageFactory()
    receiver.behave("drip")
    assert "应答过慢" in pushed(message).last_answer
    receiver.behave("ok")
    is_due(message)
    assert pushed(message).state == PushState.DELIVERED


def test_without_a_receiver_messages_wait_untried():
    message = pushed(PushMessageFactory())
    sweep_pushes()
    assert (message.state, again(message).tries) == (PushState.WAITING, 0)


@pytest.mark.parametrize(
    ("tries", "retry_after", "least", "most"),
    [
        (1, None, timedelta(minutes=1), timedelta(minutes=1.25)),
        (4, None, timedelta(minutes=8), timedelta(minutes=10)),
        (40, None, timedelta(hours=6), timedelta(hours=6)),
        (1, timedelta(hours=2), timedelta(hours=2), timedelta(hours=2.5)),
        (1, timedelta(days=9), timedelta(hours=6), timedelta(hours=6)),
        (9, timedelta(seconds=-5), timedelta(minutes=1), timedelta(minutes=1.25)),
    ],
)
def test_pause_grows_to_six_hours_or_follows_the_receiver(tries, retry_after, least, most):
    assert all(least <= delivery.pause(tries, retry_after) <= most for _ in range(50))


@pytest.mark.parametrize(
    ("text", "seconds"), [("120", 120), ("", None), ("soon", None), ("٣", None), ("1" * 40, None)]
)
def test_retry_after_is_read_in_seconds(text, seconds):
    assert police_client._moment(text) == (seconds and timedelta(seconds=seconds))


def test_retry_after_is_read_as_a_date():
    moment = (timezone.now() + timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    assert timedelta(minutes=59) < police_client._moment(moment) < timedelta(minutes=61)


def test_tries_end_after_three_days_with_an_alarm(receiver):
    message = PushMessageFactory()
    receiver.behave("500")
    message = pushed(message)
    assert message.give_up_at - timezone.now() > timedelta(hours=71)
    PushMessage.objects.update(give_up_at=timezone.now(), next_try_at=timezone.now())
    message = pushed(message)
    assert message.state == PushState.FAILED
    assert "72 小时" in message.last_answer
    receiver.behave("ok")
    resend_failed(by=UserFactory(admin=True))
    sweep_pushes()
    assert again(message).state == PushState.DELIVERED


def test_last_try_falls_on_the_end_of_the_three_days():
    message = delivery.claim(PushMessageFactory(tries=30).pk)
    message.give_up_at = timezone.now() + timedelta(hours=1)
    delivery.settle(message, Answer(PushOutcome.POSTPONED, "接收端内部错误（500）", 500))
    assert again(message).next_try_at == message.give_up_at


@pytest.mark.parametrize("damage", [None, b"another picture"])
def test_missing_or_altered_image_is_a_visible_failure_and_nothing_is_sent(receiver, damage):
    message = PushMessageFactory()
    name = StoredImage(sha256=message.content["images"][0]["sha256"]).storage_name
    with default_storage.open(name) as stored:
        kept = stored.read()
    default_storage.delete(name)
    if damage:
        default_storage.save(name, ContentFile(damage))
    try:
        message = pushed(message)
    finally:
        default_storage.delete(name)
        default_storage.save(name, ContentFile(kept))
    assert (message.state, message.last_answer) == (PushState.FAILED, delivery.IMAGE_GONE)
    assert receiver.received == []


def test_storage_that_is_away_for_a_while_costs_a_pause(receiver, monkeypatch):
    def away(message):
        raise OSError

    message = PushMessageFactory()
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "message_body", away)
        with pytest.raises(OSError):  # noqa: PT011 -- any fault of the machine
            push_message(message.pk)
    assert (again(message).state, again(message).last_answer) == (PushState.WAITING, delivery.BROKEN_OFF)


def test_newer_message_waits_for_the_one_in_flight_and_then_goes_alone(receiver):
    older = delivery.claim(PushMessageFactory().pk)
    queue_push(older.filing)
    newer = PushMessage.objects.newest()
    assert delivery.claim(newer.pk) is None
    delivery.settle(older, Answer(PushOutcome.POSTPONED, "接收端内部错误（500）", 500))
    assert again(older).state == PushState.SUPERSEDED
    assert pushed(newer).state == PushState.DELIVERED
    assert pushed(older).state == PushState.SUPERSEDED
    assert [received["number"] for received in receiver.received] == [2]


def test_newer_message_that_came_unseen_replaces_the_older_when_it_is_claimed(receiver):
    older = PushMessageFactory()
    newer = PushMessageFactory(filing=older.filing)
    assert pushed(older).state == PushState.SUPERSEDED
    assert again(newer).state == PushState.WAITING
    assert pushed(newer).state == PushState.DELIVERED


def test_message_queued_while_one_is_in_flight_follows_it_at_once(receiver, monkeypatch):
    def send_while_a_newer_one_comes(message):
        patch.undo()
        queue_push(message.filing)
        push_message(PushMessage.objects.newest().pk)
        return delivery.send(message)

    message = PushMessageFactory()
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "send", send_while_a_newer_one_comes)
        push_message(message.pk)
    assert [(row["number"], row["times"]) for row in receiver.received] == [(1, 1), (2, 1)]
    assert set(PushMessage.objects.values_list("state", flat=True)) == {PushState.DELIVERED}


def test_older_message_that_arrives_after_a_newer_one_changes_nothing_at_the_receiver(receiver):
    first = PushMessageFactory()
    pushed(PushMessageFactory(filing=first.filing))
    delivery.send(first)
    assert [(row["number"], row["state"]) for row in receiver.received] == [
        (2, "accepted"),
        (1, "superseded"),
    ]


def test_worker_that_lost_its_lease_writes_nothing(receiver):
    slow = delivery.claim(PushMessageFactory().pk)
    PushMessage.objects.update(lease_until=timezone.now())
    assert pushed(slow).state == PushState.DELIVERED
    with pytest.raises(delivery.LeaseLost):
        delivery.settle(slow, Answer(PushOutcome.STOPPED, "迟到", 400))
    assert again(slow).state == PushState.DELIVERED
    assert receiver.calls == 1


def test_two_sweepers_and_ten_bells_send_once(receiver):
    message = PushMessageFactory()
    for _ in range(2):
        sweep_pushes()
    for _ in range(10):
        push_message(message.pk)
    assert receiver.calls == 1


def test_sweeper_tries_only_a_few_while_the_receiver_is_ill_and_all_once_it_is_well(receiver):
    receiver.behave("500")
    messages = PushMessageFactory.create_batch(6)
    push_message(messages[0].pk)
    sweep_pushes()
    assert PushTry.objects.count() == 1 + delivery.PROBE_ROWS
    receiver.behave("ok")
    PushMessage.objects.update(next_try_at=timezone.now())
    sweep_pushes()
    sweep_pushes()
    assert set(PushMessage.objects.values_list("state", flat=True)) == {PushState.DELIVERED}


def test_receiver_away_for_a_day_is_drained_with_the_newest_message_of_each(receiver):
    receiver.behave("503")
    filings = FilingFactory.create_batch(4, confirmed=True)
    for filing in [*filings, *filings, *filings]:
        queue_push(filing)
        sweep_pushes()
    receiver.behave("ok")
    PushMessage.objects.update(next_try_at=timezone.now())
    sweep_pushes()
    sweep_pushes()
    assert {(row["uscc"], row["number"]) for row in receiver.received} == {
        (filing.uscc, 3) for filing in filings
    }
    states = PushMessage.objects.values_list("state", flat=True)
    assert (len(states), states.filter(state=PushState.DELIVERED).count()) == (12, 4)
    assert states.filter(state=PushState.SUPERSEDED).count() == 8


def test_nothing_sent_or_answered_reaches_the_log(receiver, caplog):
    message = PushMessageFactory()
    receiver.behave("400")
    with caplog.at_level(logging.DEBUG):
        push_message(message.pk)
    assert "push to the traffic police stopped" in caplog.text
    assert message.uscc not in caplog.text
    assert message.enterprise.name not in caplog.text


def plan_of(queryset):
    """The nodes of the plan with the index each reads."""
    sql, params = queryset.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE filing_pushmessage")
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        nodes = [cursor.fetchone()[0][0]["Plan"]]
    for node in nodes:
        nodes += node.get("Plans", [])
    return {(node["Node Type"], node.get("Index Name")) for node in nodes}


def test_sweeper_reads_its_index_with_five_thousand_waiting():
    filing = FilingFactory(confirmed=True)
    common = {"filing": filing, "enterprise": filing.enterprise, "event": "CONFIRMED", "content": {}}
    PushMessage.objects.bulk_create(
        PushMessage(uscc=f"{number:018d}", number=1, **common) for number in range(5_000)
    )
    now = timezone.now()
    due, left = PushMessage.objects.due(now)[:100], PushMessage.objects.left_lying(now)
    assert ("Index Scan", "pushmessage_due") in plan_of(due)
    assert "Seq Scan" not in {kind for kind, _ in plan_of(due) | plan_of(left)}
    line = PushMessage.objects.filter(uscc=f"{7:018d}").unsettled().order_by("number")
    assert "Seq Scan" not in {kind for kind, _ in plan_of(line)}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (202, PushOutcome.ACCEPTED),
        (408, PushOutcome.POSTPONED),
        (429, PushOutcome.POSTPONED),
        (403, PushOutcome.STOPPED),
        (404, PushOutcome.STOPPED),
        (422, PushOutcome.STOPPED),
        (502, PushOutcome.POSTPONED),
    ],
)
def test_status_says_whether_to_stop_or_to_come_again(status, outcome):
    data = b'{"sha256": "0f", "receipt": "JG-1\\u0000\\n", "error": "13800000001"}'
    answer = police_client._judged(status, "120", data, "0f")
    assert answer.outcome == outcome
    assert answer.receipt == ("JG-1" if outcome == PushOutcome.ACCEPTED else "")
    assert "13800000001" not in answer.text


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b"[" * 100_000, b"\xff", b'{"sha256": 7}'])
def test_answer_that_is_no_agreed_object_is_not_believed(data):
    assert police_client._judged(200, "", data, "0f").outcome == PushOutcome.POSTPONED


def test_old_tries_of_settled_messages_go_and_all_others_stay():
    settled, waiting = PushMessageFactory(delivered=True), PushMessageFactory()
    long_ago = timezone.now() - delivery.KEEP_TRIES - timedelta(days=1)
    for message in (settled, waiting):
        PushTry.objects.create(message=message, at=long_ago)
        PushTry.objects.create(message=message)
    before = PushMessage.objects.filter(pk=settled.pk).values().get()
    forget_tries()
    forget_tries()
    assert (settled.attempts.count(), waiting.attempts.count()) == (1, 2)
    assert PushMessage.objects.filter(pk=settled.pk).values().get() == before
    assert AuditRecord.objects.get(action="push.forget").detail == {"count": 1}
