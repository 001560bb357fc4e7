"""Addresses that fail, each in its own way, for the tests of the error pages."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

from autoflow.common.errors import BusinessError, ConflictError, TooManyRequests
from autoflow.urls import handler400, handler403, handler404, handler500, urlpatterns

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

ERRORS = {
    "400": SuspiciousOperation("bad"),
    "403": PermissionDenied("您的账号没有这个权限。"),
    "404": Http404("gone"),
    "409": ConflictError("已由他人处理，请刷新后查看。"),
    "413": RequestDataTooBig("too big"),
    "422": BusinessError("请先上传营业执照。"),
    "429": TooManyRequests("请 15 分钟后再试。"),
    "500": RuntimeError("secret of 13800000001"),
    "503": OperationalError("connection to server failed: secret"),
}


@login_not_required
def fail(request, name):
    raise ERRORS[name]


@login_not_required
def answer(request):
    return HttpResponse("ok")


@login_not_required
@require_POST
def button(request):
    return HttpResponse("ok")


urlpatterns = [
    *urlpatterns,
    path("fail/<str:name>/", fail),
    path("answer/", answer),
    path("button/", button),
]
