"""备案信息表 on paper and the public page its code leads to."""

import re

import pytest
from django.core.cache import caches
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisAway

from accounts.models import AuditRecord
from filing.enums import FilingStatus
from filing.models import Enterprise, Filing
from filing.presentation import Row, Section
from filing.printouts import PrintedSection, _lines, qr_svg
from filing.views.prints import CHECKS_A_MINUTE
from tests.factories import FilingFactory, UserFactory

pytestmark = pytest.mark.django_db
PRINT, QR = reverse("filing:print"), reverse("filing:print-qr")


def text_of(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


def clerk(client_for, filing):
    return client_for(filing.enterprise.staff.get())


def token_of(client_for, filing):
    clerk(client_for, filing).get(PRINT)
    return Filing.objects.get(pk=filing.pk).verify_token


def verify(client, token):
    return client.get(reverse("verify", args=[token]))


def test_the_first_print_gives_the_token_that_every_later_print_carries(client_for):
    filing = FilingFactory(confirmed=True)
    answer = clerk(client_for, filing).get(PRINT)
    token = Filing.objects.get(pk=filing.pk).verify_token

    assert len(token) == 32
    assert f"http://testserver/verify/{token}/" in answer.content.decode()
    clerk(client_for, filing).get(PRINT)
    client_for(UserFactory(county=True)).get(reverse("reviews:filing-print", args=[filing.pk]))
    assert Filing.objects.get(pk=filing.pk).verify_token == token
    assert AuditRecord.objects.filter(action="filing.print", object_id=filing.pk).count() == 3


def test_tokens_differ_and_nothing_else_changes(client_for):
    filings = FilingFactory.create_batch(2, confirmed=True)
    before = list(Filing.objects.order_by("pk").values("saved_at", "revision", "content_hash"))
    assert len({token_of(client_for, filing) for filing in filings}) == 2
    assert list(Filing.objects.order_by("pk").values("saved_at", "revision", "content_hash")) == before


def test_the_code_leads_to_the_public_page(client_for):
    filing = FilingFactory(confirmed=True)
    assert clerk(client_for, filing).get(QR).status_code == 404

    token = token_of(client_for, filing)
    answer = clerk(client_for, filing).get(QR)

    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Content-Security-Policy"] == "default-src 'none'"
    assert answer.content == qr_svg(f"http://testserver/verify/{token}/")
    assert b"<script" not in answer.content


@pytest.mark.parametrize("url", [PRINT, QR])
def test_only_who_may_print_sees_paper_and_code(client_for, url):
    filing = FilingFactory(submitted=True)
    assert clerk(client_for, filing).get(url).status_code == 422
    assert client_for(UserFactory(county=True)).get(url).status_code == 403
    assert client_for(UserFactory()).get(url).status_code == 422


def test_images_are_printed_when_asked_for(client_for):
    filing = FilingFactory(confirmed=True)
    image = reverse("filing:image", args=[filing.pk, "seal_image"])
    plain = clerk(client_for, filing).get(PRINT).content.decode()
    assert image not in plain
    assert "附上影像" in plain
    assert image in clerk(client_for, filing).get(f"{PRINT}?images=1").content.decode()


@pytest.mark.parametrize(
    ("status", "mark"),
    [("CONFIRMED", None), ("CHANGED", "变更待确认"), ("RETURNED", None)],
)
def test_paper_says_when_a_change_waits(client_for, status, mark):
    filing = FilingFactory(confirmed=True)
    Enterprise.objects.filter(pk=filing.enterprise_id).update(status=status)
    answer = clerk(client_for, filing).get(PRINT)
    found = re.findall(r'class="sheet-mark">([^<]*)<', answer.content.decode())
    assert found == ([mark] if mark else [])


def test_an_authority_prints_what_is_in_its_area(client_for):
    filing = FilingFactory(changed=True)
    in_force = Filing.objects.get(enterprise=filing.enterprise, is_in_force=True)
    officer = client_for(UserFactory(county=True))

    waiting = officer.get(reverse("reviews:filing-print", args=[filing.pk])).content.decode()
    assert "已变更，未生效" in waiting
    assert "/verify/" not in waiting
    assert officer.get(reverse("reviews:filing-print-qr", args=[filing.pk])).status_code == 404
    assert "变更待确认" in text_of(officer.get(reverse("reviews:filing-print", args=[in_force.pk])))
    assert officer.get(reverse("reviews:filing-print-qr", args=[in_force.pk])).status_code == 200
    stranger = client_for(UserFactory(ningbo=True))
    assert stranger.get(reverse("reviews:filing-print", args=[in_force.pk])).status_code == 404
    assert stranger.get(reverse("reviews:filing-print-qr", args=[in_force.pk])).status_code == 404


def test_a_superseded_version_says_so_on_paper_and_to_the_public(client, client_for):
    old = FilingFactory(confirmed=True)
    token = token_of(client_for, old)
    Filing.objects.filter(pk=old.pk).update(is_in_force=False)
    FilingFactory(confirmed=True, enterprise=old.enterprise, version=2)

    paper = client_for(UserFactory(county=True)).get(reverse("reviews:filing-print", args=[old.pk]))
    assert "已有新版本，本版本不再有效" in paper.content.decode()
    public = text_of(verify(client, token))
    assert "本表是旧版本。现在有效的是第 2 版" in public


def test_the_public_page_tells_four_facts_and_no_more(client, client_for):
    filing = FilingFactory(confirmed=True)
    answer = verify(client, token_of(client_for, filing))
    text = answer.content.decode()

    assert answer.status_code == 200
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer["Cache-Control"] == "private, no-store"
    for shown in (filing.enterprise_name, "确认通过", "第 1 版"):
        assert shown in text
    hidden = [filing.uscc, filing.legal_representative, filing.contact_name, filing.contact_mobile]
    hidden += [filing.contact_email, filing.registered_address, filing.confirm_body, "/filing/images/"]
    for secret in hidden:
        assert secret not in text


@pytest.mark.parametrize(
    ("status", "state"),
    [("CHANGED", "已变更"), ("RETURNED", "确认通过"), ("SUSPENDED", "暂停"), ("CANCELLED", "注销")],
)
def test_the_public_page_tells_the_state_of_now(client, client_for, status, state):
    filing = FilingFactory(confirmed=True)
    token = token_of(client_for, filing)
    Enterprise.objects.filter(pk=filing.enterprise_id).update(status=status)
    answer = verify(client, token)
    assert answer.context["facts"].state == FilingStatus(answer.context["facts"].status).label == state


@pytest.mark.parametrize("token", ["x", "A" * 32, "None", "%3Cscript%3E", "%00", "'%20OR%201=1", "A" * 5000])
def test_an_unknown_token_gets_a_calm_page(client, token):
    FilingFactory(confirmed=True)
    answer = client.get(f"/verify/{token}/")
    assert answer.status_code == 404
    assert "没有查到这份备案信息表" in answer.content.decode()


def test_one_address_may_ask_so_often(client):
    for _ in range(CHECKS_A_MINUTE):
        assert verify(client, "unknown").status_code == 404
    refused = verify(client, "unknown")
    assert refused.status_code == 429
    assert "查询过于频繁" in refused.content.decode()
    assert client.get(reverse("verify", args=["unknown"]), REMOTE_ADDR="192.0.2.9").status_code == 404


def test_the_page_answers_while_redis_is_away(client, client_for, monkeypatch):
    token = token_of(client_for, FilingFactory(confirmed=True))

    def away(*args, **kwargs):
        raise RedisAway

    monkeypatch.setattr(caches["default"], "add", away)
    assert verify(client, token).status_code == 200


def test_long_fields_have_a_line_of_their_own():
    names = ["uscc", "legal_representative", "business_scope", "postal_code"]
    part = Section("basic", "基本信息", [Row(name, name, "") for name in names])
    printed = PrintedSection(part.title, _lines(part), None)
    assert [[row.identifier for row in line] for line in printed.lines] == [
        ["uscc", "legal_representative"],
        ["business_scope"],
        ["postal_code"],
    ]
