from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts.models import AuditRecord
from autoflow.common.errors import BusinessError, ConflictError
from catalog import hooks, steps
from catalog.enums import CatalogKind, CatalogStatus
from catalog.models import AllowedName, Brand, Displacement, Event, VehicleModel
from catalog.services import (
    approve_entries,
    approve_entry,
    disable_entry,
    merge_entry,
    reject_entry,
    rename_entry,
)
from catalog.workdays import decision_due
from tests.catalog.test_requests import ask_brand, ask_model, clerk
from tests.factories import BrandFactory, ProducerFactory, UserFactory, VehicleModelFactory

pytestmark = pytest.mark.django_db
APPROVED, PENDING, REJECTED = CatalogStatus.APPROVED, CatalogStatus.PENDING, CatalogStatus.REJECTED


@pytest.fixture
def admin():
    return UserFactory(admin=True)


@pytest.fixture
def notices(monkeypatch):
    sent = []
    monkeypatch.setattr(steps, "notify", lambda people, **words: sent.append((list(people), words)))
    return sent


def test_approved_brand_is_everybodys_and_its_requesters_hear_of_it(admin, notices):
    user, other = clerk(), clerk()
    brand = ask_brand(user)
    ask_brand(other)
    approve_entry(kind="brand", entry_id=brand.pk, by=admin)

    assert list(Brand.objects.visible_to(UserFactory(county=True)).filter(pk=brand.pk)) == [brand]
    ((people, words),) = notices
    assert people == [user, other]
    assert "已审核通过" in words["text"]
    assert AuditRecord.objects.filter(action="catalog.approve", username=admin.username).count() == 1
    assert [event.action for event in Event.objects.filter(brand=brand).order_by("pk")] == [
        "REQUEST",
        "REQUEST",
        "APPROVE",
    ]


def test_brand_waits_for_its_producer(admin):
    new = {"name": "星辰汽车有限公司", "kind": "DOMESTIC", "country": "CN", "uscc": ""}
    brand = ask_brand(clerk(), new_producer=new)
    with pytest.raises(BusinessError, match="请先审核它的生产商"):
        approve_entry(kind="brand", entry_id=brand.pk, by=admin)
    approve_entry(kind="producer", entry_id=brand.producers.get().pk, by=admin)
    assert approve_entry(kind="brand", entry_id=brand.pk, by=admin).status == APPROVED


def test_approved_model_takes_its_displacements_along_and_its_name_is_allowed(admin):
    model = ask_model(clerk(), "途岳旗舰", confirmed=["C-002:model_name"], displacements=["1.5", "2.0"])
    approve_entry(kind="model", entry_id=model.pk, by=admin)
    assert [each.status for each in model.displacements.all()] == [APPROVED, APPROVED]
    assert [each.name for each in AllowedName.objects.all()] == ["途岳旗舰"]
    assert ask_model(clerk(), "途岳 旗舰").status == PENDING


def test_model_waits_for_its_brand(admin):
    user = clerk()
    model = ask_model(user, brand=ask_brand(user))
    with pytest.raises(BusinessError, match="当前为“待审核”，请先处理"):
        approve_entry(kind="model", entry_id=model.pk, by=admin)


def test_rejected_model_takes_its_displacements_along_tells_why_and_tells_reports(
    admin, notices, monkeypatch
):
    heard = []
    monkeypatch.setattr(hooks, "_on_rejected", [lambda entry, by: heard.append((entry, by))])
    model = ask_model(user := clerk())
    reject_entry(kind="model", entry_id=model.pk, reason="目录中已有“途岳”。", by=admin)
    model.refresh_from_db()
    assert (model.status, model.reason, model.decided_by) == (REJECTED, "目录中已有“途岳”。", admin)
    assert [each.status for each in model.displacements.all()] == [REJECTED]
    assert heard == [(model, admin)]
    ((people, words),) = notices
    assert people == [user]
    assert "目录中已有“途岳”。" in words["text"]
    assert not VehicleModel.objects.usable_by(user).exists()


def test_rejection_needs_a_reason(admin):
    brand = ask_brand(clerk())
    with pytest.raises(BusinessError, match="请写明不通过的原因"):
        reject_entry(kind="brand", entry_id=brand.pk, reason=" ", by=admin)


GRID = {
    "approve": {PENDING},
    "reject": {PENDING},
    "merge": {APPROVED},
    "disable": {APPROVED},
    "rename": {PENDING, APPROVED},
}


@pytest.mark.parametrize("status", CatalogStatus.values)
@pytest.mark.parametrize("step", GRID)
def test_every_step_in_every_state(admin, step, status):
    other = BrandFactory()
    merged = {"merged_into": other} if status == CatalogStatus.MERGED else {}
    brand = BrandFactory(status=status, **merged)
    call = {
        "approve": lambda: approve_entry(kind="brand", entry_id=brand.pk, by=admin),
        "reject": lambda: reject_entry(kind="brand", entry_id=brand.pk, reason="重复。", by=admin),
        "merge": lambda: merge_entry(kind="brand", entry_id=brand.pk, into_id=other.pk, by=admin),
        "disable": lambda: disable_entry(kind="brand", entry_id=brand.pk, reason="停产。", by=admin),
        "rename": lambda: rename_entry(kind="brand", entry_id=brand.pk, name="新名", by=admin),
    }[step]
    if status in GRID[step]:
        call()
    else:
        with pytest.raises(ConflictError, match="当前状态为"):
            call()


@pytest.mark.parametrize("role", ["manager", "operator", "county", "city", "province", "nation", "auditor"])
def test_nobody_but_the_administrator_decides(role):
    user = UserFactory(**({} if role == "manager" else {role: True}))
    brand = BrandFactory()
    with pytest.raises(PermissionDenied):
        rename_entry(kind="brand", entry_id=brand.pk, name="改名", by=user)
    with pytest.raises(PermissionDenied):
        approve_entries(kind="brand", entry_ids=[brand.pk], by=user)


def test_renamed_brand_is_found_by_both_names_and_its_models_keep_their_keys_right(admin):
    brand = BrandFactory(name="东风日产")
    model = VehicleModelFactory(brand=brand, name="日产轩逸")
    rename_entry(kind="brand", entry_id=brand.pk, name="日产", by=admin)
    model.refresh_from_db()
    assert model.name_key == "轩逸"
    for text in ("东风日产", "日产"):
        assert list(Brand.objects.approved().named_like(text)) == [brand]
    assert Event.objects.get(brand=brand).note == "“东风日产”更正为“日产”"


def test_name_of_another_entry_is_refused_with_the_way_out(admin):
    BrandFactory(name="日产")
    brand = BrandFactory(name="尼桑")
    with pytest.raises(BusinessError, match="请改用“合并”"):
        rename_entry(kind="brand", entry_id=brand.pk, name="日 产", by=admin)


def test_disabled_entry_is_not_chosen_any_more_and_stays(admin):
    model = VehicleModelFactory()
    disable_entry(kind="model", entry_id=model.pk, reason="已停产。", by=admin)
    assert not VehicleModel.objects.usable_by(clerk()).exists()
    assert VehicleModel.objects.get().status == CatalogStatus.DISABLED


def test_bulk_approval_does_what_it_can_and_says_what_not(admin):
    good, bad = BrandFactory(status=PENDING), BrandFactory(status=PENDING, producers=[])
    results = approve_entries(kind="brand", entry_ids=[good.pk, bad.pk], by=admin)
    assert [(result.entry.pk, result.is_done) for result in results] == [(good.pk, True), (bad.pk, False)]
    assert "还没有审核通过的生产商" in results[1].message
    assert AuditRecord.objects.filter(action="catalog.approve", outcome="REFUSED").count() == 1


def test_bulk_approval_with_an_id_that_is_not_there_does_nothing(admin):
    good = BrandFactory(status=PENDING)
    with pytest.raises(BusinessError, match="勾选的项目有变化"):
        approve_entries(kind="brand", entry_ids=[good.pk, 999_999], by=admin)
    assert Brand.objects.get().status == PENDING


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ((2026, 11, 10), (2026, 11, 13)),
        ((2026, 11, 13), (2026, 11, 18)),
        ((2026, 11, 28), (2026, 11, 30)),
        ((2026, 12, 1), (2026, 12, 2)),
        ((2026, 12, 5), (2026, 12, 7)),
        ((2026, 12, 6), (2026, 12, 9)),
    ],
)
def test_term_is_three_working_days_and_one_around_the_end_of_a_month(asked, due):
    end = decision_due(datetime(*asked, 4, tzinfo=UTC))
    year, month, day = due
    assert end == datetime(year, month, day, 16, tzinfo=UTC)  # 24:00 in Shanghai


def test_usages_come_from_whoever_counts_them(monkeypatch):
    monkeypatch.setattr(hooks, "_usages", {CatalogKind.BRAND: [("月报", lambda ids: {ids[0]: 3})]})
    assert hooks.usages_of("brand", [5, 7]) == {5: [("月报", 3)], 7: [("月报", 0)]}


def test_displacement_of_an_approved_model_is_decided_on_its_own(admin):
    producer = ProducerFactory()
    model = VehicleModelFactory(brand=BrandFactory(producers=[producer]))
    waiting = Displacement.objects.create(model=model, value="2.0")
    with_model = Displacement.objects.create(
        model=VehicleModelFactory(status=PENDING, displacements=[]), value="2.0"
    )
    assert list(Displacement.objects.awaiting()) == [waiting]
    approve_entry(kind="displacement", entry_id=waiting.pk, by=admin)
    with pytest.raises(BusinessError, match="请先处理"):
        approve_entry(kind="displacement", entry_id=with_model.pk, by=admin)


@pytest.mark.django_db(transaction=True)
def test_parallel_decisions_have_one_winner():
    brand, admin = ask_brand(clerk()), UserFactory(admin=True)

    def decide(number):
        try:
            if number % 2:
                approve_entry(kind="brand", entry_id=brand.pk, by=admin)
            else:
                reject_entry(kind="brand", entry_id=brand.pk, reason="重复。", by=admin)
        except ConflictError:
            return 0
        finally:
            connection.close()
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(decide, range(20))) == 1
    decided = AuditRecord.objects.filter(action__in=["catalog.approve", "catalog.reject"])
    assert decided.count() == 1
