"""The files of a bulk load: the workbook as it was uploaded and, beside it, every row to look at again."""

from collections.abc import Iterable
from tempfile import NamedTemporaryFile
from typing import IO

from django.core.files.base import File
from django.core.files.storage import default_storage

from autoflow.common.excel import open_workbook
from catalog.loading import Item
from catalog.models import CatalogueLoad

HEADERS = ("行号", "类别", "名称", "结果", "说明")
WIDTHS = (8, 16, 32, 10, 80)


def store_problems(load: CatalogueLoad, items: Iterable[Item]) -> None:
    """Keep all rows to look at as a workbook, in the place of what an earlier look found; the page lists but
    the first.
    """
    with NamedTemporaryFile(suffix=".xlsx") as file:
        with open_workbook(file.name) as workbook:
            sheet = workbook.sheet("请核对", HEADERS, widths=WIDTHS)
            for item in items:
                sheet.append([item.number, item.label, item.name, item.verdict.label, item.message])
        default_storage.delete(load.problems_stored_as)
        with open(file.name, "rb") as written:
            default_storage.save(load.problems_stored_as, File(written))


def has_problems(load: CatalogueLoad) -> bool:
    """Whether there are such rows and their workbook is still kept."""
    told = load.result.get("told", {}).get("count")
    return bool(told and load.stored_as) and default_storage.exists(load.problems_stored_as)


def open_problems(load: CatalogueLoad) -> IO[bytes]:
    return default_storage.open(load.problems_stored_as)


def delete_files(load: CatalogueLoad) -> None:
    """Both files go; the row stays with its counts and the first rows."""
    default_storage.delete(load.stored_as)
    default_storage.delete(load.problems_stored_as)
    CatalogueLoad.objects.filter(pk=load.pk).update(stored_as="")
