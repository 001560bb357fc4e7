"""Loads divisions, jurisdictions and the national contact; safe to run again, deletes nothing."""

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.models import Contact, Division, Jurisdiction
from accounts.places import paths
from autoflow.common.codes import read_table


@transaction.atomic
def load_codes():
    """Bring both tables up to the files; returns how many rows each holds."""
    rows = read_table("divisions")
    names = paths(rows)
    divisions = [
        Division(
            code=row["code"],
            name=row["name_zh"],
            full_name="".join(names[row["code"]]),
            level=row["level"],
            parent_id=row["parent_code"] or None,
            is_placeholder=row["is_placeholder"] == "1",
        )
        for row in sorted(rows, key=lambda row: ["PROVINCE", "CITY", "COUNTY"].index(row["level"]))
    ]
    Division.objects.bulk_create(
        divisions,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "full_name", "level", "parent", "is_placeholder"],
    )
    jurisdictions = [
        Jurisdiction(
            code=row["code"], name=row["name_zh"], kind=row["kind"], covers_prefix=row["covers_prefix"]
        )
        for row in read_table("jurisdictions")
    ]
    Jurisdiction.objects.bulk_create(
        jurisdictions,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "kind", "covers_prefix"],
    )
    Contact.objects.get_or_create(
        jurisdiction=None, name="技术支持（系统功能等技术问题）", defaults={"phone": settings.SUPPORT_PHONE}
    )
    return len(divisions), len(jurisdictions)


class Command(BaseCommand):
    help = "导入行政区划与受理机构代码表（可重复执行）。"

    def handle(self, **options):
        divisions, jurisdictions = load_codes()
        self.stdout.write(f"已载入行政区划 {divisions:,} 条、受理机构 {jurisdictions} 个。")
