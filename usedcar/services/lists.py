"""What a person does with the list of trades: keep a filter, have an export made."""

from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404

from accounts.audit import record
from accounts.enums import Permission
from accounts.models import User
from accounts.permissions import require
from autoflow.common.bell import ring
from autoflow.common.errors import BusinessError, ConflictError
from usedcar.models import SavedFilter, TradeExport
from usedcar.querysets import scope_of
from usedcar.tasks import run_export

MOST_FILTERS = 20
NAME_LENGTH = 20
SAME_NAME = "已有同名的常用条件，请换一个名称。"


@transaction.atomic
def save_filter(*, name: str, address: str, by: User) -> SavedFilter:
    """Keep what is filtered under a name; a person keeps twenty."""
    require(by, Permission.TRADE_VIEW)
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if not address.removeprefix("?"):
        raise BusinessError("请先选择查询条件，再保存为常用条件。")
    if SavedFilter.objects.visible_to(by).count() >= MOST_FILTERS:
        raise BusinessError(f"最多保存 {MOST_FILTERS} 个常用条件，请先删除不用的。")
    saved = SavedFilter(user=by, name=checked_name(name), address=address)
    return stored(saved, "usedcar.filter-save", by)


@transaction.atomic
def rename_filter(*, filter_id: int, name: str, by: User) -> SavedFilter:
    require(by, Permission.TRADE_VIEW)
    saved = get_object_or_404(SavedFilter.objects.visible_to(by), pk=filter_id)
    saved.name = checked_name(name)
    return stored(saved, "usedcar.filter-rename", by)


@transaction.atomic
def remove_filter(*, filter_id: int, by: User) -> str:
    """Forget a filter; answers its name."""
    require(by, Permission.TRADE_VIEW)
    saved = get_object_or_404(SavedFilter.objects.visible_to(by), pk=filter_id)
    record("usedcar.filter-remove", saved, by=by)
    saved.delete()
    return saved.name


def checked_name(name: str) -> str:
    if not 0 < len(name) <= NAME_LENGTH:
        raise BusinessError(f"请填写名称，不超过{NAME_LENGTH}个字。")
    return name


def stored(saved: SavedFilter, action: str, by: User) -> SavedFilter:
    try:
        with transaction.atomic():
            saved.save()
    except IntegrityError as error:
        raise ConflictError(SAME_NAME) from error
    record(action, saved, by=by)
    return saved


@transaction.atomic
def ask_export(*, address: str, words: str, by: User) -> TradeExport:
    """Have a large export made in the background; a person has one at a time."""
    require(by, Permission.TRADE_VIEW)
    wanted = TradeExport(by=by, scope=scope_of(by), address=address.removeprefix("?"), words=words)
    try:
        with transaction.atomic():
            wanted.save()
    except IntegrityError as error:
        raise ConflictError("您有一个导出正在进行，完成后再导出。") from error
    record("usedcar.export-ask", wanted, by=by, summary=words)
    ring(run_export, wanted.pk)
    return wanted


def note_download(*, export: TradeExport, by: User) -> None:
    record("usedcar.export-download", export, by=by, count=export.written_count)
