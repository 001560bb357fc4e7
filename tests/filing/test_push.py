"""The outbox: what is queued for the traffic police, what it says, and what it never says."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from kombu.exceptions import OperationalError

from accounts.models import AuditRecord
from autoflow.common.errors import BusinessError, ConflictError
from filing import tasks
from filing.enums import FilingStatus, PushEvent, PushState
from filing.models import Enterprise, Filing, PushMessage
from filing.police_message import message_body
from filing.services import confirm_filing, queue_push, resend_failed, resend_push
from filing.tasks import sweep_pushes
from tests.factories import EnterpriseFactory, FilingFactory, PushMessageFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def county():
    return UserFactory(county=True)


def confirm(filing, by):
    return confirm_filing(filing_id=filing.pk, content_hash=filing.content_hash, by=by)


def becomes(filing, status):
    """What the services of suspension, resumption and cancellation leave behind before they queue."""
    Enterprise.objects.filter(pk=filing.enterprise_id).update(status=status)
    Filing.objects.filter(pk=filing.pk).update(status=status)
    queue_push(filing)


def queued(filing):
    rows = PushMessage.objects.filter(uscc=filing.uscc).order_by("number")
    return list(rows.values_list("number", "event", "state"))


def test_confirmation_queues_one_message_in_its_own_transaction(county):
    filing = FilingFactory(submitted=True)
    with transaction.atomic():
        confirm(filing, county)
        transaction.set_rollback(True)
    assert queued(filing) == []
    confirm(filing, county)
    assert queued(filing) == [(1, PushEvent.CONFIRMED, PushState.WAITING)]
    assert PushMessage.objects.get().key == f"{filing.uscc}-1-1"


def test_message_says_the_agreed_fields_and_no_other(county):
    filing = FilingFactory(submitted=True, registration_authority="西湖区市场监督管理局")
    confirm(filing, county)
    message = json.loads(message_body(PushMessage.objects.get()))
    images = message.pop("images")
    assert message == {
        "schema": "autoflow.filing/1",
        "uscc": filing.uscc,
        "version": 1,
        "number": 1,
        "event": "CONFIRMED",
        "state": "CONFIRMED",
        "types": ["A3"],
        "enterprise": {
            "enterprise_name": filing.enterprise_name,
            "registration_category": "DOMESTIC",
            "established_on": filing.established_on.isoformat(),
            "licence_valid_until": None,
            "registration_authority": "西湖区市场监督管理局",
            "registered_address": "浙江省杭州市西湖区测试路1号",
            "business_address": "浙江省杭州市西湖区测试路1号",
            "division_code": "330106",
            "jurisdiction_code": "330000",
        },
    }
    assert [sorted(image) for image in images] == [["content_type", "data", "sha256", "slot"]] * 3
    assert [image["slot"] for image in images] == [
        "licence_original_image",
        "licence_duplicate_image",
        "seal_image",
    ]


def test_message_carries_no_person(county):
    filing = FilingFactory(submitted=True, contact_phone="0571-88880000")
    confirm(filing, county)
    body = message_body(PushMessage.objects.get()).decode()
    for personal in (
        filing.contact_name,
        filing.contact_mobile,
        filing.contact_phone,
        filing.contact_email,
        filing.legal_representative,
    ):
        assert personal
        assert personal not in body


def test_same_message_has_the_same_bytes_whatever_becomes_of_the_filing():
    message = PushMessageFactory()
    first = message_body(message)
    Filing.objects.filter(pk=message.filing_id).update(registered_address="别处", seal_image=None)
    assert message_body(PushMessage.objects.get()) == first


def test_life_of_an_enterprise_is_told_step_by_step_and_the_newest_counts(county):
    filing = FilingFactory(submitted=True)
    confirm(filing, county)
    filing.refresh_from_db()
    becomes(filing, FilingStatus.SUSPENDED)
    becomes(filing, FilingStatus.CONFIRMED)
    becomes(filing, FilingStatus.CANCELLED)
    assert queued(filing) == [
        (1, PushEvent.CONFIRMED, PushState.SUPERSEDED),
        (2, PushEvent.SUSPENDED, PushState.SUPERSEDED),
        (3, PushEvent.RESUMED, PushState.SUPERSEDED),
        (4, PushEvent.CANCELLED, PushState.WAITING),
    ]
    assert PushMessage.objects.filter(uscc=filing.uscc).newest().content["state"] == "CANCELLED"


def test_confirmed_change_is_told_as_a_change(county):
    filing = FilingFactory(changed=True)
    confirm(filing, county)
    assert queued(filing) == [(1, PushEvent.CHANGED, PushState.WAITING)]


def test_newer_message_takes_the_place_of_a_stopped_one_but_not_of_a_delivered_one():
    delivered = PushMessageFactory(delivered=True)
    PushMessageFactory(filing=delivered.filing, failed=True)
    queue_push(delivered.filing)
    assert [state for *_, state in queued(delivered.filing)] == [
        PushState.DELIVERED,
        PushState.SUPERSEDED,
        PushState.WAITING,
    ]


def test_cancellation_of_an_enterprise_never_told_of_is_not_told():
    filing = FilingFactory(returned=True)
    becomes(filing, FilingStatus.CANCELLED)
    assert queued(filing) == []


def test_credit_code_filed_anew_continues_the_numbers_of_the_cancelled_one(county):
    former = PushMessageFactory(delivered=True, event=PushEvent.CANCELLED)
    Enterprise.objects.filter(pk=former.enterprise_id).update(status=FilingStatus.CANCELLED)
    anew = EnterpriseFactory(uscc=former.uscc, staff=[UserFactory(operator=True)])
    again = FilingFactory(submitted=True, enterprise=anew)
    confirm(again, county)
    assert [(number, event) for number, event, _ in queued(again)] == [
        (1, PushEvent.CANCELLED),
        (2, PushEvent.CONFIRMED),
    ]


def test_page_of_the_officer_answers_while_the_queue_is_away(
    client_for, county, receiver, monkeypatch, django_capture_on_commit_callbacks
):
    def away(*args, **kwargs):
        raise OperationalError

    filing = FilingFactory(submitted=True)
    url = reverse("reviews:filing-confirm", args=[filing.pk])
    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(tasks.push_message, "delay", away)
        answer = client_for(county).post(url, {"content_hash": filing.content_hash})
    assert answer.status_code == 302
    assert receiver.received == []
    sweep_pushes()
    assert [message["uscc"] for message in receiver.received] == [filing.uscc]


def test_bell_rings_once_the_confirmation_is_committed(county, receiver, django_capture_on_commit_callbacks):
    filing = FilingFactory(submitted=True)
    with django_capture_on_commit_callbacks(execute=True):
        confirm(filing, county)
    assert [message["key"] for message in receiver.received] == [f"{filing.uscc}-1-1"]


def test_crash_between_commit_and_bell_is_mended_by_the_sweeper(county, receiver):
    filing = FilingFactory(submitted=True)
    confirm(filing, county)
    sweep_pushes()
    assert queued(filing) == [(1, PushEvent.CONFIRMED, PushState.DELIVERED)]


def test_resend_starts_a_stopped_message_anew_and_is_recorded():
    by, message = UserFactory(admin=True), PushMessageFactory(failed=True)
    resend_push(message_id=message.pk, by=by)
    message.refresh_from_db()
    assert (message.state, message.tries, message.give_up_at) == (PushState.WAITING, 0, None)
    assert AuditRecord.objects.get(action="push.resend").username == by.username


def test_resend_of_what_a_newer_message_replaced_is_refused():
    first = PushMessageFactory(delivered=True)
    PushMessageFactory(filing=first.filing)
    with pytest.raises(ConflictError, match="已有更新的推送"):
        resend_push(message_id=first.pk, by=UserFactory(admin=True))


def test_resend_of_all_stopped_touches_no_other():
    failed = PushMessageFactory.create_batch(2, failed=True)
    delivered = PushMessageFactory(delivered=True)
    assert resend_failed(by=UserFactory(admin=True)) == 2
    states = dict(PushMessage.objects.values_list("pk", "state"))
    assert {states[message.pk] for message in failed} == {PushState.WAITING}
    assert states[delivered.pk] == PushState.DELIVERED
    with pytest.raises(BusinessError, match="没有推送失败的消息"):
        resend_failed(by=UserFactory(admin=True))


@pytest.mark.parametrize("trait", ["operator", "county", "province", "nation", "auditor"])
def test_resend_is_the_administrators(trait):
    message = PushMessageFactory(failed=True)
    with pytest.raises(PermissionDenied):
        resend_push(message_id=message.pk, by=UserFactory(**{trait: True}))
    with pytest.raises(PermissionDenied):
        resend_failed(by=UserFactory(**{trait: True}))


def test_messages_are_seen_by_the_enterprise_its_area_and_the_administrator():
    message = PushMessageFactory()
    PushMessageFactory(filing__enterprise__division_code="330203")

    def seen(user):
        return set(PushMessage.objects.visible_to(user))

    assert seen(message.enterprise.staff.get()) == {message}
    assert seen(UserFactory(county=True)) == {message}
    assert len(seen(UserFactory(admin=True))) == 2
    assert seen(UserFactory(jiangsu=True)) == seen(UserFactory(auditor=True)) == set()
