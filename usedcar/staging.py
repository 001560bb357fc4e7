"""Rows on their way into the database in bulk: sealed, copied, and turned into trades by one statement."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import DatabaseError, OperationalError, connection
from psycopg2.extensions import cursor as PlainCursor

from autoflow.common.crypto import EncryptedTextField, blind_index, encrypt_many
from autoflow.common.identifiers import mask_id, matching_id_number
from usedcar.models import ImportBatch, ImportFault, StagedTrade, Trade, TradeColumns

PARTIES = ("seller", "buyer")
COLUMNS = tuple(field.column for field in TradeColumns._meta.fields)
SEALED = {
    field.column: Trade._meta.get_field(field.name).context
    for field in TradeColumns._meta.fields
    if isinstance(field, EncryptedTextField)
}
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
FAULT_COLUMNS = ("batch_id", "row_no", '"column"', "rule", "severity", "message")
LONG_STATEMENT = "SET LOCAL statement_timeout = '120s'"


class CopyRefused(Exception):
    """The database did not take the rows; says the code alone, for its own message holds their values."""


def party_key(row, prefix: str) -> bytes:
    """The fingerprint of a person, the same whatever renewal count ends the number of his document."""
    id_type, number = row[f"{prefix}_id_type"], row[f"{prefix}_id_number"]
    return blind_index(id_type, matching_id_number(id_type, number)) if number else b""


def seal(rows: Sequence[dict]) -> list[dict]:
    """The rows as a trade holds them: personal data encrypted, fingerprinted and masked."""
    sealed = [dict(row) for row in rows]
    for row in sealed:
        for prefix in PARTIES:
            row[f"{prefix}_id_key"] = party_key(row, prefix)
            row[f"{prefix}_id_mask"] = mask_id(row[f"{prefix}_id_number"])
    for name, context in SEALED.items():
        for row, value in zip(sealed, encrypt_many([row[name] for row in rows], context), strict=True):
            row[name] = value
    return sealed


def as_text(value: object) -> str:
    """A value as COPY reads it."""
    match value:
        case None:
            return r"\N"
        case str():
            return value if value.isalnum() else value.translate(ESCAPES)
        case bool():
            return "t" if value else "f"
        case bytes():
            return rf"\\x{value.hex()}"
        case datetime():
            return value.isoformat()
    return str(value)


def copy_rows(cursor, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """COPY of whole rows; a refusal never carries the values of the row it happened at."""
    text = io.StringIO("".join("\t".join(map(as_text, row)) + "\n" for row in rows))
    plain: PlainCursor = cursor.cursor
    try:
        with connection.wrap_database_errors:
            plain.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", text)
    except OperationalError:
        raise
    except DatabaseError as error:
        raise CopyRefused(getattr(error.__cause__, "pgcode", "")) from None


def stage(batch: ImportBatch, rows: Sequence[tuple[int, bool, dict]]) -> None:
    """Put right rows aside: their Excel row number, whether they carry a warning, and the values."""
    sealed = seal([row for _, _, row in rows])
    lines = (
        (batch.pk, number, has_warning, *map(row.__getitem__, COLUMNS))
        for (number, has_warning, _), row in zip(rows, sealed, strict=True)
    )
    with connection.cursor() as cursor:
        columns = ("batch_id", "row_no", "has_warning", *COLUMNS)
        copy_rows(cursor, StagedTrade._meta.db_table, columns, lines)


def store_faults(batch: ImportBatch, faults: Iterable[Sequence[object]]) -> None:
    with connection.cursor() as cursor:
        lines = ((batch.pk, *fault) for fault in faults)
        copy_rows(cursor, ImportFault._meta.db_table, FAULT_COLUMNS, lines)


def forget(batch: ImportBatch, *models) -> None:
    """Delete the batch's rows of a table by one statement; Django would read them first."""
    with connection.cursor() as cursor:
        cursor.execute(LONG_STATEMENT)
        for model in models:
            cursor.execute(f"DELETE FROM {model._meta.db_table} WHERE batch_id = %s", [batch.pk])  # noqa: S608


def write_trades(batch: ImportBatch, reported_at: datetime) -> int:
    """One statement makes trades of the staged rows; invoices reported meanwhile are left as they are."""
    names = ", ".join(COLUMNS)
    enterprise = batch.enterprise
    with connection.cursor() as cursor:
        cursor.execute(LONG_STATEMENT)
        cursor.execute(
            f"INSERT INTO {Trade._meta.db_table} ({names}, enterprise_id, jurisdiction_code, division_code,"  # noqa: S608
            " batch_id, batch_row_no, reported_by_id, reported_at)"
            f" SELECT {names}, %s, %s, %s, batch_id, row_no, %s, %s FROM {StagedTrade._meta.db_table}"
            " WHERE batch_id = %s ORDER BY row_no ON CONFLICT (invoice_number, invoice_code) DO NOTHING",
            [
                enterprise.pk,
                enterprise.jurisdiction_code,
                enterprise.division_code,
                batch.uploaded_by_id,
                reported_at,
                batch.pk,
            ],
        )
        return cursor.rowcount


def reported_invoices(numbers: set[str]) -> dict[tuple[str, str], tuple[int, datetime]]:
    """What the nation knows of these invoice numbers: by code and number, the enterprise and the moment."""
    found = Trade.objects.filter(invoice_number__in=numbers)
    rows = found.values_list("invoice_code", "invoice_number", "enterprise_id", "reported_at")
    return {(code, number): (owner, at) for code, number, owner, at in rows}
