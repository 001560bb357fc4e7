"""The three images of a filing, drawn and then taken in like any upload."""

from datetime import date
from decimal import Decimal

from autoflow.common.images import clean_image
from autoflow.demo import images
from filing.images import store_image

SAMPLES = 3
SAMPLE_NAME = "演示汽车有限公司"


def pictures_of(values):
    """Images that say what the filing says, ready for a draft."""
    facts = [values[name] for name in ("enterprise_name", "uscc", "registered_capital", "established_on")]
    return {
        "licence_original_image": clean_image(images.licence(*facts, is_original=True)),
        "licence_duplicate_image": clean_image(images.licence(*facts, is_original=False)),
        "seal_image": clean_image(images.seal(values["enterprise_name"], values["uscc"])),
    }


def sample_pictures():
    """A few sets stored once, shared by the many enterprises whose names have no glyphs."""
    return [stored_pictures(sample(number)) for number in range(SAMPLES)]


def stored_pictures(values):
    """The images as a filing written in bulk names them."""
    return {name: store_image(image) for name, image in pictures_of(values).items()}


def sample(number):
    return {
        "enterprise_name": SAMPLE_NAME,
        "uscc": f"91{number + 1:016}",
        "registered_capital": Decimal(500),
        "established_on": date(2020, 1, number + 1),
    }
