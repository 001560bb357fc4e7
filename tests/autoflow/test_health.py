"""What operators ask: the process, every part, the counters."""

import time

import pytest
from django.core.cache import cache

from autoflow.common import health
from autoflow.common.tasks import beat_heart

pytestmark = pytest.mark.django_db


def test_healthz_needs_no_sign_in_and_no_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").json() == {"status": "ok"}


def test_readyz_with_a_beating_heart_is_ready(client):
    beat_heart()

    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "parts": dict.fromkeys(health.PROBES, "ok")}


@pytest.mark.parametrize("seconds_ago", [None, 3600])
def test_readyz_without_worker_names_it(client, seconds_ago):
    cache.set(health.HEARTBEAT_KEY, seconds_ago and time.time() - seconds_ago)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["parts"]["后台任务"] == "后台任务进程没有心跳"


@pytest.mark.parametrize("part", ["数据库", "数据库迁移", "缓存与队列", "文件存储"])
def test_readyz_names_the_broken_part_and_no_secret(client, monkeypatch, part):
    def broken():
        raise ConnectionError("password=secret")

    beat_heart()
    monkeypatch.setitem(health.PROBES, part, broken)

    response = client.get("/readyz")

    assert response.status_code == 503
    assert response.json()["parts"][part] == "ConnectionError"


def test_metrics_on_loopback_count_by_route(client):
    client.get("/healthz")

    text = client.get("/metrics").content.decode()

    assert 'autoflow_requests_total{method="GET",route="healthz",status="200"}' in text


@pytest.mark.parametrize(
    ("token", "status"), [("", 404), ("Bearer wrong", 404), ("Bearer right-token", 200), ("right-token", 200)]
)
def test_metrics_from_elsewhere_need_the_token(client, settings, token, status):
    settings.METRICS_TOKEN = "right-token"

    response = client.get("/metrics", headers={"Authorization": token}, REMOTE_ADDR="203.0.113.9")

    assert response.status_code == status


def test_metrics_from_elsewhere_without_a_token_set_do_not_exist(client, settings):
    settings.METRICS_TOKEN = ""

    response = client.get("/metrics", headers={"Authorization": "Bearer "}, REMOTE_ADDR="203.0.113.9")

    assert response.status_code == 404


def test_metrics_forged_proxy_header_does_not_help(client):
    forged = {"X-Forwarded-For": "127.0.0.1"}

    assert client.get("/metrics", headers=forged, REMOTE_ADDR="203.0.113.9").status_code == 404
