"""The catalogue of the demonstration, by the same way as the national one: brands, producers, models."""

from autoflow.common.codes import read_table
from catalog.services import load_rows
from catalog.workbook import CatalogueRow, made_row

KINDS = {"domestic": "境内", "overseas": "境外"}


def load_catalogue() -> int:
    """Every demo_*.csv of the product; returns the number of models."""
    rows = list(catalogue_rows())
    load_rows(rows=rows, with_doubtful=True)
    return sum(bool(row.model) for row in rows)


def catalogue_rows() -> list[CatalogueRow]:
    """The tables put together as the rows of a workbook: brands with their producers, then the models."""
    brands = {row["brand_id"]: brand_columns(row) for row in read_table("demo_brands")}
    producers = {row["producer_id"]: producer_columns(row) for row in read_table("demo_producers")}
    links = read_table("demo_brand_producers")
    pairs = [brands[row["brand_id"]] | producers[row["producer_id"]] for row in links]
    models = [
        brands[row["brand_id"]] | producers[row["producer_id"]] | model_columns(row)
        for row in read_table("demo_models")
    ]
    return [made_row(number, values) for number, values in enumerate([*pairs, *models], start=2)]


def brand_columns(row):
    return {
        "brand": row["name_zh"],
        "brand_en": row["name_en"],
        "brand_country": row["country"],
        "brand_category": row["category"],
    }


def producer_columns(row):
    return {
        "producer": row["name_zh"],
        "producer_kind": KINDS[row["kind"]],
        "producer_country": row["country"],
    }


def model_columns(row):
    return {
        "model": row["model_name"],
        "report_category": row["report_category"],
        "energy_type": row["energy_type"],
        "displacements": row["displacements_l"],
    }
