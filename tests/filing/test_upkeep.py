"""The nightly look at stored files, and the sweep of what no row names."""

import os
import threading
import time

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import AuditRecord
from autoflow.common.images import clean_image
from filing import upkeep
from filing.enums import ImageFault
from filing.images import count_faulty, delete_unnamed, store_image
from filing.models import StoredImage
from filing.tasks import sweep_images, verify_images
from tests.factories import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    """Three stored pictures; their files go with the test, as their rows do."""
    stored = [store_image(clean_image(picture(colour))) for colour in ("#a1b2c3", "#c3b2a1", "#b2a1c3")]
    yield stored
    for row in stored:
        default_storage.delete(row.storage_name)


def overwrite(row, data):
    default_storage.delete(row.storage_name)
    default_storage.save(row.storage_name, ContentFile(data))


def age(name, hours=48):
    moment = time.time() - hours * 3600
    os.utime(default_storage.path(name), (moment, moment))


def test_verify_images_names_the_missing_and_the_altered(rows, caplog):
    default_storage.delete(rows[0].storage_name)
    overwrite(rows[1], b"another picture")

    assert upkeep.verify_images() == (3, 2, False)

    faults = dict(StoredImage.objects.values_list("pk", "fault"))
    assert faults == {rows[0].pk: ImageFault.MISSING, rows[1].pk: ImageFault.ALTERED, rows[2].pk: ""}
    assert [entry.levelname for entry in caplog.records] == ["ERROR", "ERROR"]
    found = AuditRecord.objects.get(action="image.verify")
    assert (found.outcome, found.detail["count"], found.detail["images"]) == (
        "REFUSED",
        3,
        [rows[0].pk, rows[1].pk],
    )
    assert count_faulty() == 2


def test_verify_images_looks_once_a_day_and_sees_what_was_mended(rows):
    overwrite(rows[0], b"")
    upkeep.verify_images()
    assert upkeep.verify_images() == (0, 0, False)

    store_image(clean_image(picture("#a1b2c3")))
    StoredImage.objects.update(verified_at=timezone.now() - upkeep.VERIFY_EVERY * 2)
    assert upkeep.verify_images() == (3, 0, False)
    assert count_faulty() == 0


def test_verify_images_task_goes_on_until_all_were_looked_at(rows, monkeypatch):
    monkeypatch.setattr(upkeep, "AT_ONCE", 1)
    monkeypatch.setattr("filing.tasks.VERIFY_SECONDS", 0.000001)
    verify_images.delay()
    assert not StoredImage.objects.filter(verified_at=None).exists()


def test_faulty_images_show_in_the_metrics(rows, client):
    default_storage.delete(rows[0].storage_name)
    upkeep.verify_images()
    assert "autoflow_faulty_images 1.0" in client.get("/metrics").content.decode()


def test_verify_images_command_says_which_and_fails(rows, capsys):
    call_command("verify_images")
    assert "已核验 3 个影像文件" in capsys.readouterr().out
    overwrite(rows[0], b"another picture")
    StoredImage.objects.update(verified_at=None)
    with pytest.raises(CommandError, match="1 个影像文件"):
        call_command("verify_images", "--sweep")
    assert rows[0].storage_name in capsys.readouterr().err


def test_sweep_images_takes_old_files_without_a_row_and_no_others(rows):
    left, young = clean_image(picture("#010203")), clean_image(picture("#030201"))
    for image in (left, young):
        name = StoredImage(sha256=image.sha256).storage_name
        default_storage.save(name, ContentFile(image.data))
    age(StoredImage(sha256=left.sha256).storage_name)
    double = default_storage.save(rows[0].storage_name, ContentFile(b"the second of two at once"))
    for name in (double, *(row.storage_name for row in rows)):
        age(name)

    assert double != rows[0].storage_name
    sweep_images()

    assert not default_storage.exists(StoredImage(sha256=left.sha256).storage_name)
    assert not default_storage.exists(double)
    assert default_storage.exists(StoredImage(sha256=young.sha256).storage_name)
    assert all(default_storage.exists(row.storage_name) for row in rows)
    assert AuditRecord.objects.get(action="image.sweep").detail == {"count": 2}
    default_storage.delete(StoredImage(sha256=young.sha256).storage_name)


@pytest.mark.django_db(transaction=True)
def test_sweep_spares_a_file_that_an_upload_under_way_is_about_to_name():
    """The upload found the old file whole and did not write it again; its row is not committed yet."""
    image = clean_image(picture("#0a0b0c"))
    name = StoredImage(sha256=image.sha256).storage_name
    default_storage.save(name, ContentFile(image.data))
    age(name)
    stored, swept = threading.Event(), threading.Event()

    def upload():
        with transaction.atomic():
            store_image(image)
            stored.set()
            swept.wait(10)
        connection.close()

    uploading = threading.Thread(target=upload)
    uploading.start()
    assert stored.wait(10)
    assert delete_unnamed(image.sha256) is False
    assert upkeep.sweep_images() == 0
    swept.set()
    uploading.join()

    assert StoredImage.objects.get().sha256 == image.sha256
    assert default_storage.exists(name)
    assert delete_unnamed(image.sha256) is False
    default_storage.delete(name)


def test_a_rolled_back_upload_leaves_a_file_that_the_sweep_takes():
    image = clean_image(picture("#0d0e0f"))
    name = StoredImage(sha256=image.sha256).storage_name
    with transaction.atomic():
        store_image(image)
        transaction.set_rollback(True)
    assert default_storage.exists(name)
    age(name)
    upkeep.sweep_images()
    assert not default_storage.exists(name)
