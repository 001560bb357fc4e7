"""Counters of the running product in Prometheus' form; routes, never addresses, so that no id becomes a
label.
"""

from prometheus_client import Counter, Gauge, Histogram

REQUESTS = Counter("autoflow_requests_total", "Requests answered", ["method", "route", "status"])
SECONDS = Histogram(
    "autoflow_request_seconds",
    "Time to answer a request",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
ACTIONS = Counter(
    "autoflow_actions_total", "Business actions recorded in the audit trail", ["action", "outcome"]
)
FAULTY_IMAGES = Gauge("autoflow_faulty_images", "Stored images whose file is missing or altered")


def observe_request(method, route, status, seconds):
    """Count one answered request."""
    REQUESTS.labels(method, route, status).inc()
    SECONDS.labels(route).observe(seconds)
