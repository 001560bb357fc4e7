"""What a load balancer, an operator and Prometheus ask: is the process alive, can it work, what has it
done.
"""

import hmac
import ipaddress
import time
import uuid

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from redis.exceptions import RedisError

from autoflow.common.requests import client_address

HEARTBEAT_KEY = "worker-heartbeat"
HEARTBEAT_SECONDS = 60


def _database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _migrations():
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise RuntimeError("有未执行的数据库迁移")


def _redis():
    cache.set("readiness", "1", 10)


def _worker():
    seen = cache.get(HEARTBEAT_KEY)
    if seen is None or time.time() - seen > HEARTBEAT_SECONDS:
        raise RuntimeError("后台任务进程没有心跳")


def _storage():
    name = default_storage.save(f"readiness/{uuid.uuid4().hex}", ContentFile(b"ok"))
    default_storage.delete(name)


def is_worker_alive() -> bool:
    """Whether a worker showed itself lately; without Redis nobody can tell, and what waits is safe all the
    same.
    """
    try:
        _worker()
    except (RedisError, RuntimeError):
        return False
    return True


PROBES = {
    "数据库": _database,
    "数据库迁移": _migrations,
    "缓存与队列": _redis,
    "后台任务": _worker,
    "文件存储": _storage,
}


def probe_all():
    """Every part the product needs with its fault, an empty text where all is well."""
    faults = {}
    for name, probe in PROBES.items():
        try:
            probe()
            faults[name] = ""
        except Exception as error:
            faults[name] = str(error) if isinstance(error, RuntimeError) else type(error).__name__
    return faults


@login_not_required
@require_safe
def healthz(request):
    """The process answers."""
    return JsonResponse({"status": "ok"})


@login_not_required
@require_safe
def readyz(request):
    """Every part answers: 200, else 503 with the parts that do not."""
    faults = probe_all()
    ready = not any(faults.values())
    body = {
        "status": "ok" if ready else "unready",
        "parts": {name: fault or "ok" for name, fault in faults.items()},
    }
    return JsonResponse(body, status=200 if ready else 503, json_dumps_params={"ensure_ascii": False})


@login_not_required
@require_safe
def metrics(request):
    """Prometheus' counters, to loopback or to whoever brings the token; to others the page does not exist."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    allowed = settings.METRICS_TOKEN and hmac.compare_digest(token.encode(), settings.METRICS_TOKEN.encode())
    if not allowed and not ipaddress.ip_address(client_address(request)).is_loopback:
        raise Http404
    return HttpResponse(generate_latest(), content_type=CONTENT_TYPE_LATEST)
