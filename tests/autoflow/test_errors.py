"""Every error answers in Chinese with its status, a way out and an incident number, and tells no secret."""

import re

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client

from tests.autoflow.raising_urls import ERRORS

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.autoflow.raising_urls")]
LEAKS = re.compile(r"secret|Traceback|Django|psycopg|SELECT |\.py\b|line \d+")


@pytest.fixture
def visitor():
    """A browser that is shown the page where the test client would raise."""
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("name", ERRORS)
def test_error_page_speaks_chinese_and_tells_no_secret(visitor, name):
    response = visitor.get(f"/fail/{name}/", headers={"X-Request-ID": "abcdef0123456789"})

    page = response.content.decode()
    assert response.status_code == int(name)
    assert '<html lang="zh-CN"' in page
    assert "ABCDEF012345" in page
    assert not LEAKS.search(page)
    assert response.headers["X-Request-ID"] == "abcdef0123456789"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("403", "您的账号没有这个权限。"),
        ("409", "已由他人处理，请刷新后查看。"),
        ("422", "请先上传营业执照。"),
        ("429", "请 15 分钟后再试。"),
    ],
)
def test_error_page_repeats_the_reason(visitor, name, sentence):
    assert sentence in visitor.get(f"/fail/{name}/").content.decode()


def test_database_away_in_the_view_answers_503_with_retry_after(visitor):
    response = visitor.get("/fail/503/")

    assert (response.status_code, response.headers["Retry-After"]) == (503, "30")


def test_database_away_before_the_view_answers_503(visitor, monkeypatch):
    """The session is read before any view: its failure is the database's, not the product's."""

    def away(self):
        raise OperationalError("connection to server failed: secret")

    monkeypatch.setattr(SessionStore, "load", away)
    visitor.cookies["session"] = "a" * 32

    response = visitor.get("/")

    assert response.status_code == 503
    assert not LEAKS.search(response.content.decode())


def test_address_of_a_button_opened_by_itself_explains_that_nothing_happened(visitor):
    response = visitor.get("/button/")

    assert (response.status_code, response.headers["Allow"]) == (405, "POST")
    assert "现在没有执行任何操作" in response.content.decode()
