"""The traffic police's receiver, on a real connection."""

import json
import threading
from contextlib import closing
from http.client import HTTPConnection

import pytest

from autoflow.police_gateway import PoliceGateway


class Receiver:
    """The stand-in as a test drives it, and what it took over."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.url = f"http://127.0.0.1:{gateway.server_address[1]}"

    def behave(self, mode):
        self.gateway.mode = mode

    @property
    def received(self):
        """What `GET /received` answers: every message once."""
        with closing(HTTPConnection(*self.gateway.server_address, timeout=5)) as browser:
            browser.request("GET", "/received")
            return json.load(browser.getresponse())["received"]

    @property
    def calls(self):
        return sum(message["times"] for message in self.received)


@pytest.fixture
def receiver(settings):
    with PoliceGateway(port=0, key=settings.POLICE_GATEWAY_KEY) as gateway:
        thread = threading.Thread(target=gateway.serve_forever, args=(0.01,))
        thread.start()
        receiver = Receiver(gateway)
        settings.POLICE_GATEWAY_URL = receiver.url
        yield receiver
        gateway.shutdown()
        thread.join()
