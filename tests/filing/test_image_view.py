"""Images are reached by nobody without the right, in whatever way the address is asked for."""

import socket
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import AuditRecord
from autoflow.common.images import MAX_BYTES
from filing.fields import ImageField
from filing.images import store_image
from filing.models import Enterprise, Filing, StoredImage
from tests.factories import FilingFactory, UserFactory, picture
from tests.filing.posts import upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def filing():
    return FilingFactory(confirmed=True)


def url_of(filing, slot="seal_image"):
    return reverse("filing:image", args=[filing.pk, slot])


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-99"}, {"If-Modified-Since": "Wed, 01 Jan 2098"}])
def test_an_image_is_served_whole_and_kept_by_nobody(client_for, filing, method, headers):
    answer = getattr(client_for(filing.enterprise.staff.get()), method)(url_of(filing), headers=headers)

    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not {"ETag", "Last-Modified", "Accept-Ranges", "Content-Range", "Content-Disposition"} & {*answer}
    assert answer.content.startswith(b"\xff\xd8\xff") if method == "get" else answer.content == b""
    assert AuditRecord.objects.filter(action="filing.image").count() == 1


@pytest.mark.parametrize("method", ["get", "head"])
@pytest.mark.parametrize("headers", [{}, {"Range": "bytes=0-99"}])
def test_an_image_does_not_exist_for_strangers(client, client_for, filing, method, headers):
    stranger = FilingFactory(confirmed=True).enterprise.staff.get()
    for user in (stranger, UserFactory(ningbo=True), UserFactory(jiangsu=True)):
        assert getattr(client_for(user), method)(url_of(filing), headers=headers).status_code == 404
    assert getattr(client, method)(url_of(filing), headers=headers).status_code == 302
    assert not AuditRecord.objects.filter(action="filing.image").exists()


@pytest.mark.parametrize("slot", ["status", "decided_by", "licence_original_image_id", "nothing"])
def test_an_address_reaches_images_and_no_other_column(client_for, filing, slot):
    assert client_for(filing.enterprise.staff.get()).get(url_of(filing, slot)).status_code == 404


def test_an_old_address_ends_with_the_right(client_for, filing):
    manager, officer = filing.enterprise.staff.get(), UserFactory(county=True)
    clerk, reader = client_for(manager), client_for(officer)
    assert clerk.get(url_of(filing)).status_code == reader.get(url_of(filing)).status_code == 200

    filing.enterprise.staff.clear()
    assert clerk.get(url_of(filing)).status_code == 404

    Filing.objects.filter(pk=filing.pk).update(division_code="330105")
    Enterprise.objects.filter(pk=filing.enterprise_id).update(division_code="330105")
    assert reader.get(url_of(filing)).status_code == 404

    officer.is_active = False
    officer.save()
    assert reader.get(url_of(filing)).status_code == 302


def test_a_draft_is_seen_by_its_enterprise_alone(client_for):
    draft = FilingFactory(complete=True)
    assert client_for(UserFactory(county=True)).get(url_of(draft)).status_code == 404
    assert client_for(draft.enterprise.staff.get()).get(url_of(draft)).status_code == 200


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("licence.jpg", picture(kind="GIF"), "当前文件gif"),
        ("licence.png", b"<svg onload=alert(1)></svg>", "格式不明"),
        ("licence.jpg", picture()[:2000], "图片已损坏或不完整"),
        ("licence.jpg", picture() + b"\0" * MAX_BYTES, "当前文件jpeg"),
    ],
)
def test_a_refused_picture_says_why_at_its_field(name, content, reason):
    with pytest.raises(ValidationError, match=reason):
        ImageField().clean(SimpleUploadedFile(name, content))


@pytest.mark.parametrize(
    "name", ["licence.gif", "x.php.jpg", "../../x", 'a".jpg', "\u202egpj.exe", "x" * 300]
)
def test_the_name_of_a_file_is_never_believed_nor_kept(name):
    clean = ImageField().clean(SimpleUploadedFile(name, picture("#778899", "PNG")))
    assert clean.kind == "png"
    assert store_image(clean).storage_name == f"images/{clean.sha256[:2]}/{clean.sha256}.jpg"


def test_an_upload_cut_off_half_way_leaves_nothing(client_for, live_server, transactional_db):
    draft = FilingFactory()
    client = client_for(draft.enterprise.staff.get())
    body = upload("#123456").read()
    boundary = "half"
    part = f'--{boundary}\r\nContent-Disposition: form-data; name="seal_image"; filename="a.jpg"\r\n\r\n'
    head = (
        "POST /filing/edit/ HTTP/1.1\r\nHost: localhost\r\n"
        f"Cookie: session={client.cookies['session'].value}\r\n"
        f"Content-Type: multipart/form-data; boundary={boundary}\r\nContent-Length: {len(body) * 2}\r\n\r\n"
    )
    address = urlsplit(live_server.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as line:
        line.sendall(head.encode() + part.encode() + body[: len(body) // 2])
        line.shutdown(socket.SHUT_WR)
        answer = line.recv(1000)

    assert b" 4" in answer.split(b"\r\n")[0]
    assert not StoredImage.objects.exists()
    assert Filing.objects.get(pk=draft.pk).seal_image is None
