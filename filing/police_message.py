"""The message agreed with the traffic police: named fields of the enterprise, its types, its state and the
three images, so that nobody need bring the original licence to transfer a used car.
"""

import base64
import json
from datetime import date

from filing.enums import FilingStatus, ImageSlot, PushEvent
from filing.images import read_image
from filing.models import Filing, PushMessage, StoredImage

RECEIVER = "公安交通管理部门"
PURPOSE = "二手车转让登记免交营业执照原件"
SCHEMA = "autoflow.filing/1"
ENTERPRISE_FIELDS = (
    "enterprise_name",
    "registration_category",
    "established_on",
    "licence_valid_until",
    "registration_authority",
    "registered_address",
    "business_address",
    "division_code",
    "jurisdiction_code",
)
STATES = {
    PushEvent.CONFIRMED: FilingStatus.CONFIRMED,
    PushEvent.CHANGED: FilingStatus.CONFIRMED,
    PushEvent.RESUMED: FilingStatus.CONFIRMED,
    PushEvent.SUSPENDED: FilingStatus.SUSPENDED,
    PushEvent.CANCELLED: FilingStatus.CANCELLED,
}


def message_content(filing: Filing, *, event: PushEvent, number: int) -> dict:
    """What is said, frozen when it is queued: of the images the hashes, their bytes follow at sending."""
    return {
        "schema": SCHEMA,
        "uscc": filing.uscc,
        "version": filing.version,
        "number": number,
        "event": event.value,
        "state": STATES[event].value,
        "types": filing.enterprise_types,
        "enterprise": {name: _plain(getattr(filing, name)) for name in ENTERPRISE_FIELDS},
        "images": [
            {"slot": slot.value, "sha256": image.sha256, "content_type": "image/jpeg"}
            for slot in ImageSlot
            if (image := getattr(filing, slot)) is not None
        ],
    }


def message_body(message: PushMessage) -> bytes:
    """The same bytes at every try; each image is checked against its hash as it is read."""
    images = [
        {**image, "data": base64.b64encode(read_image(StoredImage(sha256=image["sha256"]))).decode()}
        for image in message.content["images"]
    ]
    content = {**message.content, "images": images}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def field_names(content: dict) -> list[str]:
    """The fields a message carries, for the trail (PI-08)."""
    images = [image["slot"] for image in content["images"]]
    return ["uscc", "version", "number", "event", "state", "types", *content["enterprise"], *images]


def _plain(value):
    return value.isoformat() if isinstance(value, date) else value
