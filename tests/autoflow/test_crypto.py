"""Column encryption: what is stored, what is refused, what can be found."""

import hmac

import pytest
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import connection, models
from django.db.models.sql.query import Query

from autoflow.common.crypto import (
    DecryptionError,
    EncryptedTextField,
    blind_index,
    decrypt,
    encrypt,
    encrypt_many,
    is_stale,
)

KEYS = {1: b"1" * 32, 2: b"2" * 32}
NUMBER = "110101190001010014"
CONTEXT = "usedcar_trade.buyer_id_number"


@pytest.fixture(autouse=True)
def one_key(settings):
    settings.FIELD_KEYS = {1: KEYS[1]}
    settings.INDEX_KEY = b"index key of the tests"
    settings.FIELD_CIPHER = "AES-256-GCM"


@pytest.fixture
def field():
    class Sample(models.Model):
        number = EncryptedTextField("号码", max_length=40, null=True)

        class Meta:
            app_label = "crypto_tests"
            db_table = "sample"

        def __str__(self):
            return "sample"

    yield Sample._meta.get_field("number")
    Sample._meta.apps.all_models.pop("crypto_tests")


@pytest.mark.parametrize("cipher", ["AES-256-GCM", "SM4-GCM"])
def test_encrypt_comes_back_and_hides_the_text(settings, cipher):
    settings.FIELD_CIPHER = cipher
    stored = encrypt("杭州市西湖区", CONTEXT)
    assert decrypt(stored, CONTEXT) == "杭州市西湖区"
    assert "杭州市西湖区".encode() not in stored
    assert stored != encrypt("杭州市西湖区", CONTEXT)


@pytest.mark.parametrize("cipher", ["AES-256-GCM", "SM4-GCM"])
def test_decrypt_every_changed_byte_is_refused(settings, cipher):
    settings.FIELD_CIPHER = cipher
    stored = encrypt(NUMBER, CONTEXT)
    for place in range(len(stored)):
        changed = stored[:place] + bytes([stored[place] ^ 1]) + stored[place + 1 :]
        with pytest.raises(DecryptionError):
            decrypt(changed, CONTEXT)


@pytest.mark.parametrize("length", [1, 2, 13, 14, 20])
def test_decrypt_cut_off_bytes_are_refused(length):
    with pytest.raises(DecryptionError):
        decrypt(encrypt(NUMBER, CONTEXT)[:length], CONTEXT)


def test_decrypt_value_moved_to_another_column_is_refused():
    with pytest.raises(DecryptionError):
        decrypt(encrypt(NUMBER, CONTEXT), "usedcar_trade.seller_id_number")


def test_decrypt_old_key_and_cipher_still_read_after_rotation(settings):
    old = encrypt(NUMBER, CONTEXT)
    settings.FIELD_KEYS = {2: KEYS[2], 1: KEYS[1]}
    settings.FIELD_CIPHER = "SM4-GCM"
    new = encrypt(NUMBER, CONTEXT)
    assert (old[0], new[0]) == (1, 2)
    assert decrypt(old, CONTEXT) == decrypt(new, CONTEXT) == NUMBER
    assert (is_stale(old), is_stale(new), is_stale(b"")) == (True, False, False)


def test_decrypt_without_its_key_is_refused(settings):
    stored = encrypt(NUMBER, CONTEXT)
    settings.FIELD_KEYS = {2: KEYS[2]}
    with pytest.raises(DecryptionError, match="FIELD_KEYS"):
        decrypt(stored, CONTEXT)


@pytest.mark.parametrize(
    ("name", "value"), [("FIELD_KEYS", {}), ("FIELD_KEYS", {256: b""}), ("FIELD_CIPHER", "ROT13")]
)
def test_encrypt_with_wrong_settings_says_so(settings, name, value):
    setattr(settings, name, value)
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        encrypt(NUMBER, CONTEXT)


def test_encrypt_many_keeps_order_and_empties():
    stored = encrypt_many(["甲", "", "乙"], CONTEXT)
    assert [decrypt(value, CONTEXT) for value in stored] == ["甲", "", "乙"]
    assert stored[1] == b""


def test_blind_index_stays_the_hash_that_is_stored(settings):
    """HMAC-SHA256 of kind and value: another one would find nobody who was reported before."""
    told = hmac.digest(settings.INDEX_KEY, f"RESIDENT_ID|{NUMBER}".encode(), "sha256")
    assert blind_index("RESIDENT_ID", NUMBER) == told
    assert blind_index("RESIDENT_ID", "") == b""


def test_blind_index_depends_on_kind_value_and_key(settings):
    index = blind_index("RESIDENT_ID", NUMBER)
    assert len(index) == 32
    assert index == blind_index("RESIDENT_ID", NUMBER)
    assert index != blind_index("OTHER", NUMBER)
    settings.INDEX_KEY = b"another key"
    assert index != blind_index("RESIDENT_ID", NUMBER)


def test_field_stores_bytes_bound_to_its_column(field):
    stored = bytes(field.get_db_prep_value(NUMBER, connection).adapted)
    assert NUMBER.encode() not in stored
    assert decrypt(stored, "sample.number") == NUMBER
    assert field.from_db_value(memoryview(stored), None, connection) == NUMBER
    assert field.get_db_prep_value(None, connection) is None
    assert field.from_db_value(None, None, connection) is None
    assert field.db_type(connection) == "bytea"


def test_field_may_be_bound_to_the_table_its_rows_move_to():
    field = EncryptedTextField(bound_to="final", max_length=40)
    field.set_attributes_from_name("number")
    assert field.context == "final.number"
    assert field.deconstruct()[3]["bound_to"] == "final"


def test_field_can_be_compared_with_null_only(field):
    query = Query(field.model)
    query.add_q(models.Q(number__isnull=True))
    with pytest.raises(FieldError, match="exact"):
        query.add_q(models.Q(number=NUMBER))


def test_field_is_never_serialised(field):
    with pytest.raises(TypeError, match="never serialised"):
        field.value_to_string(field.model(number=NUMBER))
