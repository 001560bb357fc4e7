"""Sign-in and pages, through every layer but the network."""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from django.db import connection
from django.test import Client

from accounts.demo import DEMO_PASSWORD
from benchmarks.measure import report, report_page, times_of

SIGN_INS, CORES = 60, 2
CLERKS = ("xihu", "market")


def signed_in(username, client=None):
    client = client or Client(headers={"host": "127.0.0.1"})
    answer = client.post("/accounts/login/", {"username": username, "password": DEMO_PASSWORD})
    if answer.status_code != 302:
        raise RuntimeError(f"{username} 不能登录：{answer.status_code}")
    return client


def get(client, path):
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} 返回 {answer.status_code}")
    return answer


def sign_in_many(count, username):
    """One client, which loads the middleware once as a server does, and forgets every session."""
    client = signed_in(username)
    for _ in range(count - 1):
        client.cookies.clear()
        signed_in(username, client)
    connection.close()


def bench_sign_in():
    """Sign-ins of two clerks on two threads: password check, session, audit line and the redirect."""
    sign_in_many(1, "xihu")
    start = time.perf_counter()
    with ThreadPoolExecutor(CORES) as pool:
        list(pool.map(partial(sign_in_many, SIGN_INS // CORES), CLERKS))
    report("sign-in", SIGN_INS, time.perf_counter() - start, cores=CORES)


def bench_form():
    """The form of a filing against the same forms rendered by Django alone."""
    client = signed_in("returned")
    plain = times_of(partial(get, client, "/plain-form/"))
    report_page("form page", times_of(partial(get, client, "/filing/edit/")), baseline=plain)


def bench_lists():
    """The first page of the lists an enterprise, a county and the nation look at."""
    for username, path in (
        ("market", "/usedcar/trades/"),
        ("xihu", "/usedcar/trades/"),
        ("ministry", "/usedcar/trades/"),
        ("xihu", "/reviews/filings/"),
    ):
        times = times_of(partial(get, signed_in(username), path))
        report_page(f"list {path} as {username}", times)
