"""One exchange with the traffic police's receiver: signed, bounded in time and size, and believed only when
the answer carries the hash of what was sent.
"""

import contextlib
import hashlib
import hmac
import json
import secrets
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from autoflow.common.logs import mask_personal
from filing.enums import PushOutcome

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 3, 10, 25
MOST_BYTES = 1024 * 1024
DUPLICATE = 409
TEMPORARY = {408, 425, 429}
REFUSALS = {
    400: "接收端认为内容不符合约定（400），已停止推送",
    401: "接收端不认可签名或时间（401），已停止推送，请核对密钥和服务器时间",
    403: "接收端拒绝访问（403），已停止推送，请核对授权",
    404: "接收端没有这个地址（404），已停止推送，请核对接收端地址",
    413: "接收端认为内容过大（413），已停止推送",
}


@dataclass(frozen=True)
class Answer:
    """How the exchange ended, in plain Chinese for whoever looks after it."""

    outcome: PushOutcome
    text: str
    status: int | None = None
    receipt: str = ""
    retry_after: timedelta | None = None


def exchange(body: bytes, *, key: str) -> Answer:
    """Send one message once. The key is that of the message, the number used once is new at every try."""
    try:
        status, retry_after, data = _post(body, key)
    except _TooSlow:
        return _later(f"接收端应答过慢，{TOTAL_SECONDS} 秒内没有完成")
    except TimeoutError:
        return _later("接收端在规定时间内没有应答")
    except ssl.SSLCertVerificationError:
        return _later("接收端的证书不被信任，没有发送")
    except (ConnectionRefusedError, socket.gaierror):
        return _later("连接不上接收端")
    except (OSError, HTTPException):
        return _later("与接收端的连接中断，没有收到应答")
    return _judged(status, retry_after, data, hashlib.sha256(body).hexdigest())


def _judged(status, retry_after, data, digest):
    """A success is an answer that names the hash of the body; a refusal is the peer's last word."""
    if len(data) > MOST_BYTES:
        return _later("接收端的应答过大，没有采信", status)
    if status // 100 == 2 or status == DUPLICATE:
        return _accepted(status, _object(data), digest)
    if status // 100 == 3:
        return _later(f"接收端要求转到其他地址（{status}），按规定不跟随", status)
    if status // 100 == 4 and status not in TEMPORARY:
        text = REFUSALS.get(status, f"接收端拒收（{status}），已停止推送")
        return Answer(PushOutcome.STOPPED, text + _said(_object(data)), status)
    text = "接收端繁忙" if status in TEMPORARY else "接收端暂停服务" if status == 503 else "接收端内部错误"
    return _later(f"{text}（{status}）", status, _moment(retry_after))


def _accepted(status, answer, digest):
    if answer is None:
        return _later("接收端的应答不是约定的格式，没有采信", status)
    if answer.get("sha256") != digest:
        return _later("接收端应答的校验值与发送的内容不一致，没有采信", status)
    receipt = _printable(answer.get("receipt"), 100)
    return Answer(PushOutcome.ACCEPTED, "接收端已收下", status, receipt)


def _later(text, status=None, retry_after=None):
    return Answer(PushOutcome.POSTPONED, text, status, retry_after=retry_after)


def _object(data):
    try:
        answer = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return answer if isinstance(answer, dict) else None


def _said(answer):
    """The peer's own short word on why, if it gave one."""
    word = _printable((answer or {}).get("error"), 80)
    return f"；对方说明：{mask_personal(word)}" if word else ""


def _printable(value, length):
    text = value if isinstance(value, str) else ""
    return "".join(character for character in text if character.isprintable())[:length]


def _moment(text):
    """Retry-After as a time to wait: seconds, or a date of the peer's."""
    if text.isascii() and text.isdigit() and len(text) < 10:
        return timedelta(seconds=int(text))
    try:
        return parsedate_to_datetime(text) - timezone.now()
    except (ValueError, TypeError):
        return None


class _TooSlow(Exception):
    """Every single wait was short enough, all of them together were not."""


def _post(body, key):
    """The status, Retry-After and at most one byte more than the cap; nothing is followed, no proxy asked."""
    address = urlsplit(settings.POLICE_GATEWAY_URL)
    with contextlib.closing(_connection(address)) as connection:
        connection.connect()
        connection.sock.settimeout(READ_SECONDS)
        with _in_time(connection.sock):
            connection.request("POST", f"{address.path.rstrip('/')}/filings", body, _headers(body, key))
            response = connection.getresponse()
            return response.status, response.headers.get("Retry-After", ""), response.read(MOST_BYTES + 1)


def _connection(address):
    if address.scheme == "http":
        return HTTPConnection(address.hostname, address.port, timeout=CONNECT_SECONDS)
    trust = ssl.create_default_context(cafile=settings.POLICE_GATEWAY_CA or None)
    return HTTPSConnection(address.hostname, address.port, timeout=CONNECT_SECONDS, context=trust)


def _headers(body, key):
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    secret = settings.POLICE_GATEWAY_KEY.encode()
    signed = hmac.new(secret, timestamp.encode() + nonce.encode() + body, hashlib.sha256)
    return {
        "Content-Type": "application/json",
        "Accept": "application/json",
        "Connection": "close",
        "Idempotency-Key": key,
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature": signed.hexdigest(),
    }


@contextlib.contextmanager
def _in_time(line):
    """Cuts the line when all is not done in time: a timeout of reading begins anew with every byte."""
    is_over = threading.Event()

    def cut():
        is_over.set()
        with contextlib.suppress(OSError):
            socket.socket.shutdown(line, socket.SHUT_RDWR)

    watch = threading.Timer(TOTAL_SECONDS, cut)
    watch.daemon = True
    watch.start()
    try:
        yield
    except (OSError, HTTPException) as error:
        if is_over.is_set():
            raise _TooSlow from error
        raise
    finally:
        watch.cancel()
    if is_over.is_set():
        raise _TooSlow
