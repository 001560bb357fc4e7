"""Column encryption of personal data, and the blind index that finds a row by an exact value."""

import os
from collections.abc import Iterable
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

CIPHER_MARKS = {"AES-256-GCM": 1, "SM4-GCM": 2}
HEADER_LENGTH, NONCE_LENGTH, TAG_LENGTH = 2, 12, 16


class DecryptionError(Exception):
    """The stored bytes were changed, moved to another column, or their key is gone."""


class Sm4Gcm:
    """SM4-GCM with the calls of AESGCM, which cryptography has only as a plain mode."""

    def __init__(self, key: bytes):
        self.algorithm = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated: bytes) -> bytes:
        encryptor = Cipher(self.algorithm, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated: bytes) -> bytes:
        tag = data[-TAG_LENGTH:]
        decryptor = Cipher(self.algorithm, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(associated)
        return decryptor.update(data[:-TAG_LENGTH]) + decryptor.finalize()


@cache
def derived(key: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=b"autoflow " + purpose).derive(key)


@cache
def cipher_for(key: bytes, mark: int) -> AESGCM | Sm4Gcm:
    """Each cipher has a key of its own, so changing the setting never uses one key for both."""
    if mark == CIPHER_MARKS["SM4-GCM"]:
        return Sm4Gcm(derived(key, b"field sm4-gcm", 16))
    return AESGCM(derived(key, b"field aes-256-gcm", 32))


def current_header() -> bytes:
    """Key version and cipher of new values: the first key of FIELD_KEYS and FIELD_CIPHER."""
    try:
        return bytes([next(iter(settings.FIELD_KEYS)), CIPHER_MARKS[settings.FIELD_CIPHER]])
    except (KeyError, StopIteration, ValueError) as error:
        raise ImproperlyConfigured(
            "FIELD_KEYS 须至少有一个密钥（版本号 1–255），FIELD_CIPHER 须为 AES-256-GCM 或 SM4-GCM。"
        ) from error


def encrypt_many(values: Iterable[str], context: str) -> list[bytes]:
    """Values of one column encrypted in one go, for COPY; empty text stays empty bytes."""
    header = current_header()
    cipher = cipher_for(settings.FIELD_KEYS[header[0]], header[1])
    associated, encrypt_one = header + context.encode(), cipher.encrypt
    values = list(values)
    random, stored = os.urandom(NONCE_LENGTH * len(values)), []
    for place, value in enumerate(values):
        if not value:
            stored.append(b"")
            continue
        nonce = random[place * NONCE_LENGTH : (place + 1) * NONCE_LENGTH]
        stored.append(header + nonce + encrypt_one(nonce, value.encode(), associated))
    return stored


def encrypt(value: str, context: str) -> bytes:
    """Key version, cipher, nonce, ciphertext with tag; bound to `context`, which is `table.column`."""
    return encrypt_many([value], context)[0]


def decrypt(stored: bytes, context: str) -> str:
    """The text again; altered or moved bytes are refused, older keys of FIELD_KEYS still read."""
    if not stored:
        return ""
    header, nonce = stored[:HEADER_LENGTH], stored[HEADER_LENGTH : HEADER_LENGTH + NONCE_LENGTH]
    try:
        version, mark = header
        if mark not in CIPHER_MARKS.values():
            raise DecryptionError("数据无法解密：加密方式未知。")
        cipher = cipher_for(settings.FIELD_KEYS[version], mark)
        sealed = stored[HEADER_LENGTH + NONCE_LENGTH :]
        return cipher.decrypt(nonce, sealed, header + context.encode()).decode()
    except KeyError as error:
        raise DecryptionError("数据无法解密：密钥版本不在 FIELD_KEYS 中。") from error
    except (InvalidTag, ValueError) as error:
        raise DecryptionError("数据无法解密：内容已被改动。") from error


def is_stale(stored: bytes) -> bool:
    """The value was written with an older key or another cipher and should be written again."""
    return bool(stored) and bytes(stored[:HEADER_LENGTH]) != current_header()


@cache
def keyed_hash(key: bytes) -> HMAC:
    return HMAC(key, hashes.SHA256())


def hashed(begun: HMAC, data: bytes) -> bytes:
    """A copy of a hash that knows its key takes a third of the time of one begun anew."""
    one = begun.copy()
    one.update(data)
    return one.finalize()


def blind_index(kind: str, value: str) -> bytes:
    """A keyed fingerprint of a normalised value: equal values are found, the value cannot be read from it."""
    return blind_indexes([(kind, value)])[0]


def blind_indexes(pairs: Iterable[tuple[str, str]]) -> list[bytes]:
    """The fingerprints of many values with their kinds; empty text has none."""
    begun = keyed_hash(settings.INDEX_KEY)
    return [hashed(begun, f"{kind}|{value}".encode()) if value else b"" for kind, value in pairs]


class EncryptedTextField(models.CharField):
    """Text that the database only ever sees encrypted; it can be compared with NULL and with nothing else.

    `bound_to` names the table the ciphertext is bound to where rows move between tables of the same columns.
    """

    def __init__(self, *args, bound_to="", **kwargs):
        self.bound_to = bound_to
        super().__init__(*args, **kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "bound_to": self.bound_to} if self.bound_to else kwargs

    def get_internal_type(self):
        return "BinaryField"

    @property
    def context(self) -> str:
        """What the ciphertext is bound to, so that it cannot be moved to another column."""
        return f"{self.bound_to or self.model._meta.db_table}.{self.column}"

    def get_db_prep_value(self, value, connection, prepared=False):
        value = super().get_db_prep_value(value, connection, prepared)
        return None if value is None else connection.Database.Binary(encrypt(value, self.context))

    def from_db_value(self, value, expression, connection):
        return None if value is None else decrypt(bytes(value), self.context)

    def get_lookup(self, lookup_name):
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def value_to_string(self, obj):
        raise TypeError("Encrypted fields are never serialised.")
