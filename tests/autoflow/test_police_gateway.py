import http.client
import json
import threading
import time

import pytest

from autoflow.police_gateway import PoliceGateway, signature

KEY = "a-key-for-tests"
BODY = json.dumps({"uscc": "91330106MA00000000", "version": 2}).encode()


@pytest.fixture
def gateway():
    with PoliceGateway(port=0, key=KEY) as gateway:
        thread = threading.Thread(target=gateway.serve_forever, args=(0.01,))
        thread.start()
        yield gateway
        gateway.shutdown()
        thread.join()


def send(gateway, path, body=b"", headers=None, method="POST"):
    client = http.client.HTTPConnection(*gateway.server_address, timeout=5)
    client.request(method, path, body, headers or {})
    answer = client.getresponse()
    text = answer.read()
    client.close()
    return answer.status, json.loads(text) if answer.headers["Content-Type"] == "application/json" else text


def push(gateway, body=BODY, *, key="1", nonce, at=None, with_key=KEY):
    timestamp = str(int(at or time.time()))
    return send(
        gateway,
        "/filings",
        body,
        {
            "X-Timestamp": timestamp,
            "X-Nonce": nonce,
            "X-Signature": signature(with_key, timestamp=timestamp, nonce=nonce, body=body),
            "Idempotency-Key": key,
        },
    )


def test_filing_is_receipted_once_however_often_it_comes(gateway):
    status, first = push(gateway, nonce="a")
    assert (status, first["state"]) == (200, "accepted")
    assert push(gateway, nonce="b") == (200, first)
    assert send(gateway, "/healthz", method="GET")[1]["received"] == 1


def test_older_version_is_superseded(gateway):
    push(gateway, nonce="a")
    older = json.dumps({"uscc": "91330106MA00000000", "version": 1}).encode()
    assert push(gateway, older, key="2", nonce="b")[1]["state"] == "superseded"


@pytest.mark.parametrize(
    ("fault", "request_with"),
    [
        ("wrong signature", {"with_key": "another-key"}),
        ("timestamp out of range", {"at": 1_000_000_000}),
        ("nonce missing or seen before", {"nonce": ""}),
    ],
)
def test_untrusted_request_is_refused(gateway, fault, request_with):
    assert push(gateway, **{"nonce": "a", **request_with}) == (401, {"error": fault})


def test_replayed_request_is_refused(gateway):
    push(gateway, nonce="a")
    assert push(gateway, nonce="a")[0] == 401


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"uscc": "1", "version": "x"}'])
def test_malformed_filing_is_refused(gateway, body):
    assert push(gateway, body, nonce="a")[0] == 400


@pytest.mark.parametrize(
    ("mode", "status"), [("500", 500), ("503", 503), ("duplicate", 409), ("garbage", 200)]
)
def test_mode_changes_the_answer(gateway, mode, status):
    assert send(gateway, "/mode", mode.encode()) == (200, {"mode": mode})
    assert push(gateway, nonce="a")[0] == status


def test_unknown_mode_is_refused(gateway):
    assert send(gateway, "/mode", b"well")[0] == 400


def test_log_carries_no_body(gateway, capfd):
    push(gateway, nonce="a")
    assert "91330106MA00000000" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    ("mode", "status", "taken"),
    [("400", 400, 0), ("401", 401, 0), ("redirect", 302, 1), ("wrong-hash", 200, 1), ("huge", 200, 1)],
)
def test_mode_says_whether_the_message_was_taken_over(gateway, mode, status, taken):
    gateway.mode = mode
    assert push(gateway, nonce="a")[0] == status
    assert gateway.register.counts()["received"] == taken


def test_dropped_line_leaves_the_message_taken_over_and_unanswered(gateway):
    gateway.mode = "drop"
    with pytest.raises(http.client.RemoteDisconnected):
        push(gateway, nonce="a")
    assert gateway.register.counts()["received"] == 1


def test_what_was_taken_over_is_listed_for_the_reconciliation(gateway):
    suspended = json.dumps({"uscc": "91330106MA00000000", "version": 2, "number": 3}).encode()
    push(gateway, nonce="a")
    push(gateway, nonce="b")
    push(gateway, suspended, key="2", nonce="c")
    rows = send(gateway, "/received", method="GET")[1]["received"]
    listed = [(row["key"], row["version"], row["number"], row["times"], row["state"]) for row in rows]
    assert listed == [("1", 2, 2, 2, "accepted"), ("2", 2, 3, 1, "accepted")]
    health = send(gateway, "/healthz", method="GET")[1]
    assert (health["received"], health["versions"], health["enterprises"]) == (2, 1, 1)
