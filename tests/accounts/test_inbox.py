"""Notices: written with the step that causes them, mailed once, read by their recipient alone."""

import pytest
from django.db import transaction
from django.urls import reverse

from accounts.delivery import mail_notices
from accounts.models import Notice
from accounts.notices import notify
from accounts.tasks import sweep_messages
from tests.factories import NoticeFactory, UserFactory

pytestmark = pytest.mark.django_db
INBOX, OPEN, READ = "accounts:inbox", "accounts:notice-open", "accounts:inbox-read"
WORD = {"title": "备案已确认通过", "text": "可以开始填报。", "url": "/filing/"}


@pytest.fixture
def user():
    return UserFactory()


@pytest.fixture
def tell(django_capture_on_commit_callbacks):
    def run(recipients, **more):
        with django_capture_on_commit_callbacks(execute=True):
            notify(recipients, **(WORD | more))

    return run


def test_notice_reaches_inbox_and_mail(tell, user, mailoutbox):
    tell([user, user])
    assert Notice.objects.get().recipient == user
    (letter,) = mailoutbox
    assert letter.to == [user.email]
    assert letter.subject == "【全国汽车流通信息管理】备案已确认通过"
    assert letter.body.startswith("可以开始填报。")
    assert letter.body.endswith("办理页面：http://testserver/filing/\n")


def test_mail_goes_to_those_who_want_it(tell, mailoutbox):
    silent, unreachable = UserFactory(wants_mail=False), UserFactory(email="")
    tell([silent, unreachable])
    assert (Notice.objects.count(), mailoutbox) == (2, [])
    tell([silent, unreachable], always_mail=True)
    assert [letter.to for letter in mailoutbox] == [[silent.email]]


def test_disabled_account_is_not_told(tell, mailoutbox):
    tell([UserFactory(is_active=False)])
    assert (Notice.objects.count(), mailoutbox) == (0, [])


def test_nobody_hears_of_what_did_not_happen(user, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        notify([user], **WORD)
        transaction.set_rollback(True)
    assert (Notice.objects.count(), mailoutbox) == (0, [])


def test_notice_is_mailed_once_whatever_the_queue_does(user, mailoutbox):
    notice = NoticeFactory(recipient=user, is_mail_due=True)
    for _ in range(3):
        mail_notices(notice_ids=[notice.pk])
    sweep_messages()
    assert len(mailoutbox) == 1


def test_sweeper_mails_what_was_left_lying(user, mailoutbox):
    NoticeFactory(recipient=user, is_mail_due=True)
    sweep_messages()
    assert len(mailoutbox) == 1


def test_mail_server_that_is_away_keeps_the_notice_due(user, monkeypatch, caplog):
    def refuse(*args):
        raise ConnectionRefusedError(user.email)

    monkeypatch.setattr("accounts.delivery.send_mail", refuse)
    notice = NoticeFactory(recipient=user, is_mail_due=True)
    mail_notices(notice_ids=[notice.pk])
    notice.refresh_from_db()
    assert notice.is_mail_due
    assert user.email not in caplog.text


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example", "filing/", "/\\evil.example"])
def test_notice_leads_to_pages_of_ours_only(user, url):
    with pytest.raises(ValueError, match="page of ours"):
        notify([user], **(WORD | {"url": url}))


def test_title_is_one_line_and_not_too_long(tell, user, mailoutbox):
    tell([user], title="第一行\r\nBcc: evil@example.com\n" + "长" * 200)
    assert Notice.objects.get().title.startswith("第一行 Bcc: evil@example.com 长")
    assert len(Notice.objects.get().title) == 100
    assert mailoutbox[0].bcc == []


def test_inbox_shows_unread_first_and_own_only(client_for, user):
    NoticeFactory(recipient=user, title="读过的", is_unread=False)
    NoticeFactory(recipient=user, title="较早的")
    NoticeFactory(recipient=user, title="最新的，已读", is_unread=False)
    NoticeFactory(title="别人的")
    page = client_for(user).get(reverse(INBOX)).content.decode()
    places = [page.index(title) for title in ("较早的", "最新的，已读", "读过的")]
    assert places == sorted(places)
    assert "别人的" not in page


def test_inbox_pages_through_unread_and_read(client_for, user):
    for number in range(45):
        NoticeFactory(recipient=user, title=f"消息{number:02d}。", is_unread=number % 2 == 0)
    client, url, seen = client_for(user), reverse(INBOX), []
    while url:
        page = client.get(url).context["page"]
        seen += [notice.pk for notice in page.rows]
        url = page.next_url and reverse(INBOX) + page.next_url
    rows = Notice.objects.order_by("-is_unread", "-pk")
    assert seen == [notice.pk for notice in rows]


def test_opening_marks_as_read_and_goes_on(client_for, user):
    notice = NoticeFactory(recipient=user, url="/accounts/profile/")
    answer = client_for(user).post(reverse(OPEN, args=[notice.pk]))
    assert answer.url == "/accounts/profile/"
    notice.refresh_from_db()
    assert not notice.is_unread


def test_looking_marks_nothing_as_read(client_for, user):
    NoticeFactory(recipient=user)
    client = client_for(user)
    client.get(reverse(INBOX))
    client.get("/")
    assert Notice.objects.unread().count() == 1


def test_foreign_notice_does_not_exist(client_for, user):
    notice = NoticeFactory()
    assert client_for(user).post(reverse(OPEN, args=[notice.pk])).status_code == 404
    assert client_for(user).post(reverse(READ)).status_code == 302
    notice.refresh_from_db()
    assert notice.is_unread


def test_header_counts_and_home_shows_the_latest(client_for, user):
    client = client_for(user)
    assert "条未读" not in client.get("/").content.decode()
    NoticeFactory.create_batch(5, recipient=user)
    page = client.get("/").content.decode()
    assert "5 条未读" in page
    assert page.count("查看<span") == 3
    client.post(reverse(READ))
    assert "条未读" not in client.get("/").content.decode()


@pytest.mark.parametrize("name", [INBOX, "home"])
def test_pages_cost_the_same_for_one_and_for_three(client_for, queries_of, user, name):
    client, counts = client_for(user), []
    for more in (1, 2):
        NoticeFactory.create_batch(more, recipient=user)
        client.get(reverse(name))
        with queries_of() as queries:
            client.get(reverse(name))
        counts.append(len(queries))
    assert counts[0] == counts[1]
