"""A stand-in for the traffic police's receiver, for demonstration and tests; it misbehaves on demand."""

import contextlib
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MODES = {
    "ok": "正常接收",
    "500": "内部错误",
    "503": "暂停服务，一分钟后再试",
    "slow": "三十秒后才应答",
    "garbage": "应答 200 但内容不是 JSON",
    "duplicate": "已收下，但应答 409 重复",
    "400": "认为内容不符合约定",
    "401": "不认可签名",
    "drop": "已收下，但不应答就断线",
    "redirect": "已收下，但要求转到其他地址",
    "wrong-hash": "已收下，但应答的校验值不对",
    "drip": "已收下，但应答每秒只来几个字节",
    "huge": "已收下，但应答超过 1 MB",
}
REFUSING = {"500", "503", "400", "401"}
CLOCK_SECONDS = 300
SLOW_SECONDS = 30
DRIP_SECONDS = 0.2
MAX_BYTES = 5_000_000


def signature(key, *, timestamp, nonce, body):
    """HMAC-SHA256 over the moment, the number used once and the body, in hex."""
    return hmac.new(key.encode(), timestamp.encode() + nonce.encode() + body, hashlib.sha256).hexdigest()


class Register:
    """What the receiver remembers: the newest message an enterprise, every answer by its idempotency key,
    and what it accepted, for the reconciliation.
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.newest = {}
        self.answers = {}
        self.received = {}
        self.nonces = {}

    def is_replayed(self, nonce):
        now = time.time()
        with self.lock:
            self.nonces = {seen: at for seen, at in self.nonces.items() if now - at < 2 * CLOCK_SECONDS}
            replayed = nonce in self.nonces
            self.nonces[nonce] = now
            return replayed

    def accept(self, *, uscc, version, number, key, body):
        """The same key gets the same answer; a message older than the newest known one changes nothing."""
        with self.lock:
            if key in self.answers:
                self.received[key]["times"] += 1
                return self.answers[key]
            superseded = number < self.newest.get(uscc, number)
            self.newest[uscc] = max(number, self.newest.get(uscc, number))
            digest = hashlib.sha256(body).hexdigest()
            state = "superseded" if superseded else "accepted"
            answer = {"receipt": f"JG-{len(self.answers) + 1:08d}", "sha256": digest, "state": state}
            self.answers[key] = answer
            self.received[key] = {"uscc": uscc, "version": version, "number": number, "times": 1, **answer}
            return answer

    def accepted(self):
        """Every message once, with its key and how often it came."""
        with self.lock:
            return [{"key": key, **message} for key, message in self.received.items()]

    def counts(self):
        with self.lock:
            versions = {(message["uscc"], message["version"]) for message in self.received.values()}
            counts = {"received": len(self.answers), "enterprises": len(self.newest)}
            return {**counts, "versions": len(versions)}


class GatewayHandler(BaseHTTPRequestHandler):
    """One request to the receiver; nothing of a body ever reaches the log."""

    timeout = 60

    def do_GET(self):
        register = self.server.register
        if self.path == "/received":
            return self.answer(200, {"received": register.accepted()})
        if self.path != "/healthz":
            return self.answer(404, {"error": "not found"})
        return self.answer(200, {"status": "ok", "mode": self.server.mode, **register.counts()})

    def do_POST(self):
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BYTES:
            return self.answer(413, {"error": "a length of at most 5 MB is required"})
        body = self.rfile.read(int(length))
        if self.path == "/mode":
            return self.change_mode(body.decode("ascii", "replace").strip())
        if self.path != "/filings":
            return self.answer(404, {"error": "not found"})
        return self.receive(body)

    def change_mode(self, mode):
        if mode not in MODES:
            return self.answer(400, {"error": "unknown mode", "modes": list(MODES)})
        self.server.mode = mode
        return self.answer(200, {"mode": mode})

    def receive(self, body):
        mode = self.server.mode
        if mode in REFUSING:
            return self.answer(int(mode), {"error": mode}, {"Retry-After": "60"} if mode == "503" else {})
        if mode == "slow":
            time.sleep(SLOW_SECONDS)
        fault = self.fault_of_signature(body)
        if fault:
            return self.answer(401, {"error": fault})
        try:
            filing = json.loads(body)
            known = {"uscc": str(filing["uscc"]), "version": int(filing["version"])}
            known["number"] = int(filing.get("number", known["version"]))
        except (ValueError, TypeError, KeyError):
            return self.answer(400, {"error": "a JSON object with uscc and version is required"})
        key = self.headers.get("Idempotency-Key", "")
        if not key:
            return self.answer(400, {"error": "Idempotency-Key is required"})
        answer = self.server.register.accept(key=key, body=body, **known)
        self.server.on_received(key)
        return self.answer_as(mode, answer)

    def answer_as(self, mode, answer):
        """What comes back once a message was taken over."""
        match mode:
            case "garbage":
                return self.send("<html>维护中</html>".encode(), 200, "text/html; charset=utf-8", {})
            case "duplicate":
                return self.answer(409, answer)
            case "drop":
                self.close_connection = True
                return None
            case "redirect":
                return self.answer(302, answer, {"Location": "http://127.0.0.1:9/filings"})
            case "wrong-hash":
                return self.answer(200, {**answer, "sha256": "0" * 64})
            case "huge":
                return self.answer(200, {**answer, "padding": " " * MAX_BYTES})
            case "drip":
                return self.drip(b"HTTP/1.0 200 OK\r\nX-Padding: " + b"-" * 10_000)
        return self.answer(200, answer)

    def drip(self, data):
        """A byte now and then, each soon enough for a timeout of reading, until the other side has enough."""
        with contextlib.suppress(OSError):
            for position in range(len(data)):
                self.wfile.write(data[position : position + 1])
                time.sleep(DRIP_SECONDS)

    def fault_of_signature(self, body):
        """Why a request is not trusted: forged, from another time, or seen before."""
        timestamp, nonce = self.headers.get("X-Timestamp", ""), self.headers.get("X-Nonce", "")
        expected = signature(self.server.key, timestamp=timestamp, nonce=nonce, body=body)
        if not hmac.compare_digest(expected, self.headers.get("X-Signature", "")):
            return "wrong signature"
        if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > CLOCK_SECONDS:
            return "timestamp out of range"
        return "nonce missing or seen before" if not nonce or self.server.register.is_replayed(nonce) else ""

    def answer(self, status, data, headers=None):
        self.send(json.dumps(data, ensure_ascii=False).encode(), status, "application/json", headers or {})

    def send(self, body, status, content_type, headers):
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": len(body), **headers}.items():
            self.send_header(name, str(value))
        with contextlib.suppress(OSError):
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, template, *values):
        print(time.strftime("%Y-%m-%d %H:%M:%S"), template % values, flush=True)  # noqa: T201


class PoliceGateway(ThreadingHTTPServer):
    """The receiver on loopback; `mode` may change while it runs, `on_received` is called between taking a
    message over and answering.
    """

    daemon_threads = True

    def __init__(self, *, port, key, mode="ok"):
        super().__init__(("127.0.0.1", port), GatewayHandler)
        self.key, self.mode, self.register = key, mode, Register()
        self.on_received = lambda key: None
