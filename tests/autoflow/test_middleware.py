"""What holds for every answer: headers, same-site writes, the request id, one log line."""

import json
import logging

import pytest
from django.test import Client

from autoflow.common.logs import PersonalDataMask, mask_personal
from tests.factories import UserFactory, resident_id_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.autoflow.raising_urls")]


@pytest.mark.parametrize(
    "address", ["/answer/", "/fail/404/", "/fail/500/", "/fail/503/", "/accounts/login/"]
)
def test_every_answer_carries_the_security_headers(address):
    response = Client(raise_request_exception=False).get(address)

    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "camera=()" in response.headers["Permissions-Policy"]
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_write_from_another_site_is_refused(client_for, method):
    client = client_for(UserFactory())

    response = getattr(client, method)("/accounts/logout/", headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    assert client.session.get("_auth_user_id")


def test_write_without_token_is_refused(client_for):
    client = client_for(UserFactory(), enforce_csrf_checks=True)

    assert client.post("/accounts/logout/").status_code == 403
    assert client.session.get("_auth_user_id")


@pytest.mark.parametrize("given", ["", "short", "with blanks in it", "x" * 65, "line\nbreak-01234"])
def test_request_id_of_a_stranger_is_replaced(given):
    response = Client().get("/answer/", headers={"X-Request-ID": given})

    assert len(response.headers["X-Request-ID"]) == 32


def test_request_is_logged_by_route_without_address_or_query(caplog):
    with caplog.at_level(logging.INFO, logger="autoflow.common.middleware"):
        Client().get("/fail/404/", {"phone": "13800000001"})

    (record,) = [record for record in caplog.records if record.name == "autoflow.common.middleware"]
    assert (record.method, record.route, record.status) == ("GET", "fail/<str:name>/", 404)
    assert "13800000001" not in json.dumps(record.__dict__, default=str)


@pytest.mark.parametrize("number", [0, 1, 5, 999])
def test_mask_personal_hides_identity_numbers(number):
    resident_id = resident_id_of(number)

    masked = mask_personal(f"买方{resident_id}，电话13900000001。")

    assert resident_id not in masked
    assert "13900000001" not in masked
    assert masked == f"买方{resident_id[:3]}****{resident_id[-2:]}，电话139****01。"


@pytest.mark.parametrize(
    "text", ["订单 20260101120000123456", "时间戳 1767225600000", "代码 91330106MA0000006X"]
)
def test_mask_personal_leaves_other_numbers(text):
    assert mask_personal(text) == text


def test_log_filter_masks_arguments_and_tracebacks():
    try:
        raise ValueError("电话 13900000001")
    except ValueError as error:
        record = logging.LogRecord(
            "t", 40, "f", 1, "号码 %s", ("13800000001",), (type(error), error, error.__traceback__)
        )

    PersonalDataMask().filter(record)

    assert record.getMessage() == "号码 138****01"
    assert "13900000001" not in record.exc_text
