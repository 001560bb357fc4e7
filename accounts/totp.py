"""Codes of an authenticator app (RFC 6238) and the spare codes for the day the phone is lost."""

import base64
import hmac
import secrets
import time

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings

from autoflow.common.crypto import blind_index

SECRET_BYTES, DIGITS, STEP_SECONDS = 20, 6, 30
SPARE_CODES = 10
SPARE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _generator(secret):
    key = base64.b32decode(secret)
    return TOTP(key, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 -- HMAC-SHA1 is what every app speaks


def matching_step(secret: str, typed: str) -> int | None:
    """The half minute this code belongs to: the present one, or a neighbour for clocks that differ."""
    if not secret:
        return None
    now = int(time.time()) // STEP_SECONDS
    generator = _generator(secret)
    for step in (now, now - 1, now + 1):
        if hmac.compare_digest(generator.generate(step * STEP_SECONDS), typed.encode()):
            return step
    return None


def picture_of(secret: str, username: str) -> str:
    """The secret as a QR code to be scanned, an image in its own address."""
    address = _generator(secret).get_provisioning_uri(username, settings.PRODUCT_NAME)
    return segno.make(address, error="l").svg_data_uri(scale=5, border=2)


def new_spare_codes() -> list[str]:
    return ["".join(secrets.choice(SPARE_ALPHABET) for _ in range(10)) for _ in range(SPARE_CODES)]


def spare_key(user, code: str) -> str:
    """The fingerprint of a spare code, worth nothing for another account."""
    return blind_index("spare-code", f"{user.pk}|{code}").hex()
