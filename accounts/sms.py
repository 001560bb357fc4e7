"""Text messages through the gateway SMS_URL names; without one the channel is not offered."""

import hashlib
import hmac
import json
import secrets
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests
from django.conf import settings
from django.utils import timezone

TIMEOUT = (3, 10)
outbox = []


class SmsRefused(OSError):
    """The gateway did not take the message; the message says why, never to whom."""


def is_offered():
    """Whether this installation can send text messages."""
    return bool(settings.SMS_URL)


def send_sms(phone: str, text: str) -> None:
    """Hand one message to the gateway, or raise an OSError."""
    scheme = urlsplit(settings.SMS_URL).scheme
    GATEWAYS[scheme](phone, f"【{settings.PRODUCT_NAME}】{text}")


def _remember(phone, text):
    """memory:// for tests."""
    outbox.append((phone, text))


def _write_down(phone, text):
    """console:// for the demonstration: a file its owner can read, without the number."""
    write_message("短信", text)


def write_message(kind, text):
    """Adds a message to the file in which a demonstration keeps what it would send."""
    path = Path(settings.DEMO_MESSAGES)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(f"──── {timezone.localtime():%Y-%m-%d %H:%M:%S} {kind} ────\n{text.rstrip()}\n\n")


def signature(key: str, timestamp: str, nonce: str, body: bytes) -> str:
    """What proves to the gateway that the message is ours and new."""
    message = b"\n".join([timestamp.encode(), nonce.encode(), body])
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest()


def _post(phone, text):
    """http(s)://name:key@host/path: JSON, signed with the key; any answer but 2xx is a refusal."""
    parts = urlsplit(settings.SMS_URL)
    body = json.dumps({"phone": phone, "text": text}, ensure_ascii=False).encode()
    timestamp, nonce = str(int(time.time())), secrets.token_hex(16)
    answer = requests.post(
        parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(),
        data=body,
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "X-Account": unquote(parts.username or ""),
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": signature(unquote(parts.password or ""), timestamp, nonce, body),
        },
        timeout=TIMEOUT,
        allow_redirects=False,
        stream=True,
    )
    answer.close()
    if not answer.ok or answer.is_redirect:
        raise SmsRefused(f"sms gateway answered {answer.status_code}")


GATEWAYS = {"memory": _remember, "console": _write_down, "http": _post, "https": _post}
