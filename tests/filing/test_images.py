import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from autoflow.common.images import clean_image
from filing.images import ImageUnavailable, read_image, store_image
from filing.models import StoredImage
from tests.factories import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def image():
    return clean_image(picture("#abcdef"))


def overwrite(row, data):
    default_storage.delete(row.storage_name)
    default_storage.save(row.storage_name, ContentFile(data))


def test_equal_images_are_stored_once_under_their_hash(image):
    first, second = store_image(image), store_image(image)
    assert first == second
    assert first.storage_name == f"images/{image.sha256[:2]}/{image.sha256}.jpg"
    assert (first.size, first.width, first.height) == (len(image.data), 900, 640)
    assert read_image(first) == image.data


def test_damaged_or_missing_file_is_never_served_and_mended_by_a_new_upload(image):
    row = store_image(image)
    overwrite(row, b"\0" + image.data[1:])
    with pytest.raises(ImageUnavailable):
        read_image(row)
    store_image(image)
    assert read_image(row) == image.data
    default_storage.delete(row.storage_name)
    with pytest.raises(ImageUnavailable):
        read_image(row)


def test_full_disk_leaves_no_row_without_its_file(image, monkeypatch):
    default_storage.delete(StoredImage(sha256=image.sha256).storage_name)

    def no_space(name, content, **options):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(default_storage, "save", no_space)
    with pytest.raises(ImageUnavailable, match="存储空间不足"):
        store_image(image)
    assert not StoredImage.objects.filter(sha256=image.sha256).exists()
