"""The gateway of text messages over a real connection: signed, without redirects, and quiet about numbers."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone

from accounts.enums import Channel, CodePurpose
from accounts.models import RecoveryCode
from accounts.onetime import open_code
from accounts.sms import SmsRefused, send_sms, signature
from accounts.tasks import send_code, sweep_messages
from tests.factories import UserFactory

PHONE, TEXT = "13800000001", "验证码 123456"


class Gateway(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((self.path, dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Quiet."""


@pytest.fixture
def gateway(settings):
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    server.received, server.status = [], 200
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    settings.SMS_URL = f"http://shop:k%40y@127.0.0.1:{server.server_port}/send"
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_message_is_signed_and_names_the_product(gateway):
    send_sms(PHONE, TEXT)
    ((path, headers, body),) = gateway.received
    assert path == "/send"
    assert json.loads(body) == {"phone": PHONE, "text": f"【全国汽车流通信息管理】{TEXT}"}
    assert headers["X-Account"] == "shop"
    assert headers["X-Signature"] == signature("k@y", headers["X-Timestamp"], headers["X-Nonce"], body)
    assert "k%40y" not in str(headers)


@pytest.mark.parametrize("status", [302, 400, 401, 500, 503])
def test_any_other_answer_is_a_refusal_and_no_second_request(gateway, status):
    gateway.status = status
    with pytest.raises(SmsRefused):
        send_sms(PHONE, TEXT)
    assert len(gateway.received) == 1


@pytest.mark.django_db
def test_code_is_sent_again_when_the_gateway_is_back_and_counts_from_then(gateway, caplog):
    user = UserFactory(phone=PHONE)
    code = open_code(purpose=CodePurpose.RESET, channel=Channel.SMS, user=user)
    gateway.status = 503
    send_code(code.pk)
    code.refresh_from_db()
    assert (code.sent_at, code.code_key) == (None, None)
    gateway.status = 200
    sweep_messages()
    sweep_messages()
    code.refresh_from_db()
    assert timezone.now() - code.sent_at < timedelta(minutes=1)
    assert len(gateway.received) == 2
    assert PHONE not in caplog.text
    assert json.loads(gateway.received[1][2])["text"][-30:] not in caplog.text


@pytest.mark.django_db
def test_code_delivered_twice_is_sent_once(gateway):
    code = open_code(purpose=CodePurpose.RESET, channel=Channel.SMS, user=UserFactory())
    for _ in range(3):
        send_code(code.pk)
    assert len(gateway.received) == 1


@pytest.mark.django_db
def test_code_nobody_waits_for_any_more_is_not_sent(gateway):
    code = open_code(purpose=CodePurpose.RESET, channel=Channel.SMS, user=UserFactory())
    RecoveryCode.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    send_code(code.pk)
    sweep_messages()
    assert gateway.received == []


def test_demonstration_writes_messages_down_without_the_number(settings, tmp_path):
    settings.SMS_URL, settings.DEMO_MESSAGES = "console://", tmp_path / "log" / "messages.log"
    send_sms(PHONE, TEXT)
    written = settings.DEMO_MESSAGES.read_text()
    assert TEXT in written
    assert PHONE not in written
