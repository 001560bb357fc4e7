"""The catalogue of the demonstration: brands, producers, models and displacements, all approved."""

from decimal import Decimal

from autoflow.common.codes import read_table
from catalog.enums import BrandCategory, CatalogStatus, ProducerKind
from catalog.models import Brand, BrandProducer, Displacement, Producer, VehicleModel
from catalog.names import name_key

KINDS = {"domestic": ProducerKind.DOMESTIC, "overseas": ProducerKind.FOREIGN}
CATEGORIES = {"乘用车": BrandCategory.PASSENGER, "商用车": BrandCategory.COMMERCIAL}
APPROVED = CatalogStatus.APPROVED


def load_catalogue():
    """Every demo_*.csv of the product; returns the number of models."""
    producers = create_by(
        "producer_id",
        read_table("demo_producers"),
        lambda row: Producer(kind=KINDS[row["kind"]], country=row["country"], **named(row["name_zh"])),
    )
    brands = create_by(
        "brand_id",
        read_table("demo_brands"),
        lambda row: Brand(
            name_en=row["name_en"],
            country=row["country"],
            category=CATEGORIES[row["category"]],
            **named(row["name_zh"]),
        ),
    )
    BrandProducer.objects.bulk_create(
        BrandProducer(brand=brands[row["brand_id"]], producer=producers[row["producer_id"]])
        for row in read_table("demo_brand_producers")
    )
    models = create_by(
        "model_id", read_table("demo_models"), lambda row: vehicle_model(row, brands, producers)
    )
    Displacement.objects.bulk_create(
        Displacement(model=models[row["model_id"]], value=Decimal(value))
        for row in read_table("demo_models")
        for value in row["displacements_l"].split(";")
    )
    return len(models)


def named(name):
    return {"name": name, "name_key": name_key(name), "status": APPROVED}


def vehicle_model(row, brands, producers):
    return VehicleModel(
        brand=brands[row["brand_id"]],
        producer=producers[row["producer_id"]],
        report_category=row["report_category"],
        energy_type=row["energy_type"],
        **named(row["model_name"]),
    )


def create_by(key, rows, build):
    """The rows written in one go, found again by the key of their file."""
    built = {row[key]: build(row) for row in rows}
    next(iter(built.values()))._meta.default_manager.bulk_create(built.values(), batch_size=1000)
    return built
