"""Rows on their way into the database in bulk: sealed, copied, and turned into trades."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import IO

import polars as pl
from django.db import DatabaseError, IntegrityError, OperationalError, connection, transaction
from psycopg2.extensions import cursor as PlainCursor

from autoflow.common.crypto import EncryptedTextField, blind_indexes, encrypt_many
from autoflow.common.identifiers import mask_id, matching_id_number
from usedcar.models import ImportBatch, ImportFault, StagedTrade, Trade, TradeColumns
from usedcar.querysets import AnyOf

PARTIES = ("seller", "buyer")
COLUMNS = tuple(field.column for field in TradeColumns._meta.fields)
SEALED = {
    field.column: Trade._meta.get_field(field.name).context
    for field in TradeColumns._meta.fields
    if isinstance(field, EncryptedTextField)
}
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
NULL = "\x01"  # no value holds it: characters nobody can see are refused
CSV_OPTIONS = f"WITH (FORMAT csv, NULL '{NULL}')"
FAULT_COLUMNS = ("batch_id", "row_no", '"column"', "rule", "severity", "message")
LONG_STATEMENT = "SET LOCAL statement_timeout = '120s'"


class CopyRefused(Exception):
    """The database did not take the rows; says the code alone, for its own message holds their values."""


def party_key(id_type: str, number: str) -> bytes:
    """The fingerprint of a person, the same whatever renewal count ends the number of his document."""
    return party_keys([(id_type, number)])[0]


def party_keys(documents: Iterable[tuple[str, str]]) -> list[bytes]:
    return blind_indexes([(kind, matching_id_number(kind, number)) for kind, number in documents])


def seal(frame: pl.DataFrame) -> pl.DataFrame:
    """Rows as a trade holds them: fingerprints of the parties, personal data encrypted and masked."""
    sealed = {}
    for party in PARTIES:
        documents = frame.select(f"{party}_id_type", f"{party}_id_number").rows()
        sealed[f"{party}_id_key"] = pl.Series(party_keys(documents), dtype=pl.Binary)
        sealed[f"{party}_id_mask"] = pl.Series([mask_id(number) for _, number in documents], dtype=pl.String)
    for name, context in SEALED.items():
        sealed[name] = pl.Series(encrypt_many(frame[name].to_list(), context), dtype=pl.Binary)
    return frame.with_columns(**sealed)


def as_text(value: object) -> str:
    """A value of a fault as COPY reads it."""
    return str(value).translate(ESCAPES)


def copy_text(cursor, table: str, columns: Sequence[str], text: IO, options: str = "") -> None:
    """COPY of whole rows; a refusal never carries the values of the row it happened at."""
    plain: PlainCursor = cursor.cursor
    try:
        with connection.wrap_database_errors:
            plain.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN {options}", text)
    except OperationalError:
        raise
    except DatabaseError as error:
        raise CopyRefused(getattr(error.__cause__, "pgcode", "")) from None


def lines_of(frame: pl.DataFrame, columns: Sequence[str]) -> io.BytesIO:
    """The rows as COPY reads them with CSV_OPTIONS."""
    sealed = (name for name, kind in frame.select(columns).schema.items() if kind == pl.Binary)
    as_hex = ((pl.lit(r"\x") + pl.col(name).bin.encode("hex")).alias(name) for name in sealed)
    lines = frame.select(columns).with_columns(as_hex)
    text = io.BytesIO()
    lines.write_csv(text, include_header=False, null_value=NULL)
    text.seek(0)
    return text


def stage(batch: ImportBatch, frame: pl.DataFrame) -> None:
    """Put right rows aside, sealed: their Excel row number, whether they carry a warning, and the values."""
    columns = ("batch_id", "row_no", "has_warning", *COLUMNS)
    text = lines_of(frame.with_columns(batch_id=pl.lit(batch.pk)), columns)
    with connection.cursor() as cursor:
        copy_text(cursor, StagedTrade._meta.db_table, columns, text, CSV_OPTIONS)


def store_faults(batch: ImportBatch, faults: Iterable[Sequence[object]]) -> None:
    with connection.cursor() as cursor:
        lines = ((batch.pk, *fault) for fault in faults)
        text = io.StringIO("".join("\t".join(map(as_text, line)) + "\n" for line in lines))
        copy_text(cursor, ImportFault._meta.db_table, FAULT_COLUMNS, text)


def forget(batch: ImportBatch, *models) -> None:
    """Delete the batch's rows of a table by one statement; Django would read them first."""
    with connection.cursor() as cursor:
        cursor.execute(LONG_STATEMENT)
        for model in models:
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE batch_id = %s", [batch.pk])  # noqa: S608


def write_trades(batch: ImportBatch, rows: range) -> int:
    """The staged rows of these Excel rows as trades; those reported since the check stay staged.

    Hardly ever is there one, and to look for it at each row takes an eighth of the time.
    """
    try:
        with transaction.atomic():
            return insert_trades(batch, rows)
    except IntegrityError:
        return insert_trades(batch, rows, "ON CONFLICT (invoice_number, invoice_code) DO NOTHING")


def insert_trades(batch: ImportBatch, rows: range, on_conflict: str = "") -> int:
    """Trades of staged rows, in their order; the rows are staged no longer."""
    names = ", ".join(COLUMNS)
    enterprise, staged = batch.enterprise, StagedTrade._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(LONG_STATEMENT)
        cursor.execute(
            f"INSERT INTO {Trade._meta.db_table} ({names}, enterprise_id, jurisdiction_code, division_code,"  # noqa: S608
            " batch_id, batch_row_no, reported_by_id, reported_at)"
            f" SELECT {names}, %s, %s, %s, batch_id, row_no, %s, %s FROM {staged}"
            f" WHERE batch_id = %s AND row_no >= %s AND row_no < %s ORDER BY row_no {on_conflict}"
            " RETURNING batch_row_no",
            [
                enterprise.pk,
                enterprise.jurisdiction_code,
                enterprise.division_code,
                batch.uploaded_by_id,
                batch.started_at,
                batch.pk,
                rows.start,
                rows.stop,
            ],
        )
        written = [number for (number,) in cursor.fetchall()]
        cursor.execute(
            f"DELETE FROM {staged} WHERE batch_id = %s AND row_no = ANY(%s)",  # noqa: S608
            [batch.pk, written],
        )
        return len(written)


def reported_invoices(numbers: set[str]) -> dict[tuple[str, str], tuple[int, datetime]]:
    """What the nation knows of these invoice numbers: by code and number, the enterprise and the moment."""
    found = Trade.objects.filter(AnyOf("invoice_number", list(numbers)))
    rows = found.values_list("invoice_code", "invoice_number", "enterprise_id", "reported_at")
    return {(code, number): (owner, at) for code, number, owner, at in rows}
