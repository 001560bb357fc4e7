"""Timing, and the one line each measurement ends in."""

import json
import statistics
import time
from pathlib import Path


def seconds_of(work):
    """How long a call takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def times_of(work, seconds=3.0):
    """The durations of as many calls as fit into some seconds, after one that does not count."""
    work()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        times.append(seconds_of(work))
    return times


def peak_mb():
    """The most memory this process ever held; ru_maxrss of a child begins with what its parent had held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) // 1024


def report(bench, rows, seconds, *, baseline=None, **more):
    """Print a result; `baseline` is the time of the same work done the plain way, `ratio` ours to it."""
    line = {
        "bench": bench,
        "rows": rows,
        "seconds": round(seconds, 3),
        "per_s": round(rows / seconds, 1),
        "baseline": baseline and round(baseline, 3),
        "ratio": baseline and round(seconds / baseline, 2),
        "peak_rss_mb": peak_mb(),
    }
    print(json.dumps(line | more, ensure_ascii=False), flush=True)


def report_page(bench, times, baseline=None):
    """Requests to one page: their rate on one core, the usual one and the slowest of a hundred."""
    median = statistics.median(times)
    slow = statistics.quantiles(times, n=100)[98]
    plain = baseline and statistics.mean(baseline) * len(times)
    report(bench, len(times), sum(times), baseline=plain, median_ms=ms(median), p99_ms=ms(slow))


def ms(seconds):
    return round(seconds * 1000, 2)
