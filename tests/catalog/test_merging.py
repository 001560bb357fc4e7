import pytest

from autoflow.common.errors import BusinessError
from catalog.enums import CatalogStatus
from catalog.lookalikes import known
from catalog.models import Brand, BrandProducer, Displacement, Producer, VehicleModel
from catalog.services import merge_effect, merge_entry
from filing.content import kept_values
from filing.models import AuthorizationLine, BrandLine
from filing.services import save_draft, start_filing
from tests.catalog.test_requests import clerk
from tests.factories import (
    BrandFactory,
    BrandLineFactory,
    FilingFactory,
    ProducerFactory,
    UserFactory,
    VehicleModelFactory,
    uscc_of,
)
from tests.reviews.test_authorizations import grant

pytestmark = pytest.mark.django_db
APPROVED, MERGED = CatalogStatus.APPROVED, CatalogStatus.MERGED


@pytest.fixture
def admin():
    return UserFactory(admin=True)


def merge(entry, kept, by):
    before = merge_effect(entry, kept)
    after = merge_entry(kind=entry.KIND.value, entry_id=entry.pk, into_id=kept.pk, by=by)
    assert before == after
    entry.refresh_from_db()
    return after


def values_of(model):
    return [str(each.value) for each in model.displacements.all()]


def test_merged_model_keeps_its_id_and_lends_its_displacements(admin):
    kept = VehicleModelFactory(name="途观L", displacements=["1.4"])
    entry = VehicleModelFactory(name="途观加长", brand=kept.brand, displacements=["1.4", "2.0"])
    old_ids = set(entry.displacements.values_list("pk", flat=True))

    effect = merge(entry, kept, admin)

    assert (entry.status, entry.merged_into, effect.displacements) == (MERGED, kept, 1)
    assert values_of(kept) == ["1.4", "2.0"]
    assert set(entry.displacements.values_list("pk", flat=True)) == old_ids
    counted = VehicleModel.objects.with_kept_id().values_list("pk", "kept_id")
    assert dict(counted) == {kept.pk: kept.pk, entry.pk: kept.pk}


def test_merged_name_is_an_alias_for_search_and_guard(admin):
    kept = VehicleModelFactory(name="途观L")
    entry = VehicleModelFactory(name="途观加长", brand=kept.brand)
    merge(entry, kept, admin)
    assert list(VehicleModel.objects.approved().named_like("途观加长")) == [kept]
    found = known("model", clerk(), producer_id=kept.producer_id)
    assert {(each.pk, each.name, each.key) for each in found} == {
        (kept.pk, "途观L", "途观l"),
        (kept.pk, "途观L", "途观加长"),
    }


def test_merging_twice_points_at_the_last_one(admin):
    first, second, third = BrandFactory.create_batch(3)
    merge(first, second, admin)
    merge(second, third, admin)
    first.refresh_from_db()
    assert first.merged_into == third


def test_pending_displacement_moves_over_with_its_request(admin):
    kept = VehicleModelFactory(displacements=["1.4"])
    entry = VehicleModelFactory(brand=kept.brand, displacements=["1.4"])
    waiting = Displacement.objects.create(model=entry, value="2.0")
    merge(entry, kept, admin)
    waiting.refresh_from_db()
    assert waiting.model == kept


def test_merged_brand_unites_links_and_models(admin):
    shared = ProducerFactory()
    kept = BrandFactory(name="日产", producers=[shared])
    entry = BrandFactory(name="尼桑", producers=[shared, own := ProducerFactory()])
    twin = VehicleModelFactory(brand=kept, producer=shared, name="轩逸", displacements=["1.2"])
    same = VehicleModelFactory(brand=entry, producer=shared, name="尼桑轩逸", displacements=["1.6"])
    moved = VehicleModelFactory(brand=entry, producer=own, name="尼桑逍客")

    effect = merge(entry, kept, admin)

    assert (effect.links, effect.models_moved, effect.models_merged, effect.displacements) == (1, 1, 1, 1)
    assert set(kept.producers.all()) == {shared, own}
    moved.refresh_from_db()
    same.refresh_from_db()
    assert (moved.brand, moved.status) == (kept, APPROVED)
    assert (same.status, same.merged_into) == (MERGED, twin)
    assert values_of(twin) == ["1.2", "1.6"]


def test_merged_producer_unites_links_and_models(admin):
    brand = BrandFactory(producers=[kept := ProducerFactory(), entry := ProducerFactory()])
    other = BrandFactory(producers=[entry])
    twin = VehicleModelFactory(brand=brand, producer=kept, name="轩逸")
    same = VehicleModelFactory(brand=brand, producer=entry, name="轩逸")
    moved = VehicleModelFactory(brand=other, producer=entry, name="逍客")

    effect = merge(entry, kept, admin)

    assert (effect.links, effect.models_moved, effect.models_merged) == (1, 1, 1)
    assert set(kept.brands.all()) == {brand, other}
    moved.refresh_from_db()
    same.refresh_from_db()
    assert (moved.producer, same.merged_into) == (kept, twin)


def test_drafts_follow_a_merge_and_versions_handed_in_stay(admin):
    kept, entry = BrandFactory(), BrandFactory()
    draft = BrandLineFactory(filing=FilingFactory(brand_lines=[]), brand=entry)
    confirmed = BrandLineFactory(filing=FilingFactory(confirmed=True, brand_lines=[]), brand=entry)

    effect = merge(entry, kept, admin)

    draft.refresh_from_db()
    confirmed.refresh_from_db()
    assert (draft.brand, confirmed.brand) == (kept, entry)
    assert ("备案品牌行", 2) in effect.usages


def test_a_draft_that_names_both_keeps_its_lines(admin):
    kept, entry = BrandFactory(), BrandFactory()
    filing = FilingFactory(brand_lines=[])
    producer = entry.producers.get()
    BrandLineFactory(filing=filing, brand=kept, producer=producer)
    BrandLineFactory(filing=filing, brand=entry, producer=producer)
    merge(entry, kept, admin)
    assert BrandLine.objects.filter(filing=filing).count() == 2


def test_grants_of_a_draft_follow_and_are_counted_before_and_after(admin):
    kept, entry = BrandFactory(), BrandFactory()
    draft, confirmed = FilingFactory(brand_lines=[]), FilingFactory(confirmed=True, brand_lines=[])
    grants = [grant(entry, uscc_of(7), filing=filing) for filing in (draft, confirmed)]
    for each in (draft, confirmed):
        each.refresh_from_db()

    effect = merge(entry, kept, admin)

    assert [AuthorizationLine.objects.get(pk=each.pk).brand for each in grants] == [kept, entry]
    assert ("授权情况", 2) in effect.usages


def test_grant_a_draft_already_has_under_the_kept_brand_stays_beside_it(admin):
    kept, entry = BrandFactory(), BrandFactory()
    draft = FilingFactory(brand_lines=[])
    for brand in (kept, entry):
        grant(brand, uscc_of(7), filing=draft)
    merge(entry, kept, admin)
    assert set(draft.authorization_lines.values_list("brand", flat=True)) == {kept.pk, entry.pk}


def test_change_of_a_filing_begins_under_the_kept_entries(admin):
    kept, entry = BrandFactory(), BrandFactory()
    maker, former = ProducerFactory(), ProducerFactory()
    filing = FilingFactory(confirmed=True, brand_lines=[])
    BrandLineFactory(filing=filing, brand=entry, producer=former)
    BrandLineFactory(filing=filing, brand=kept, producer=maker)
    grant(entry, uscc_of(7), filing=filing)
    merge(entry, kept, admin)
    merge(former, maker, admin)

    change = start_filing(by=filing.enterprise.staff.get())

    assert list(change.brand_lines.values_list("brand", "producer")) == [(kept.pk, maker.pk)]
    assert change.authorization_lines.get().brand == kept
    assert filing.brand_lines.count() == 2


def test_saving_such_a_change_ends_no_brand_that_only_has_another_name(admin):
    kept, entry = BrandFactory(), BrandFactory()
    filing = FilingFactory(confirmed=True, brand_lines=[])
    line = BrandLineFactory(filing=filing, brand=entry)
    merge(entry, kept, admin)
    manager = filing.enterprise.staff.get()
    change = start_filing(by=manager)
    rows = [kept_values("brand_lines", line)]
    rows[0]["brand_id"] = kept.pk

    saved = save_draft(
        filing_id=change.pk, revision=change.revision, values={}, rows={"brand_lines": rows}, by=manager
    )

    assert list(saved.brand_lines.values_list("brand", "line_status")) == [(kept.pk, "ACTIVE")]


@pytest.mark.parametrize("factory", [BrandFactory, ProducerFactory, VehicleModelFactory])
def test_an_entry_is_not_merged_into_itself_or_into_what_is_not_approved(admin, factory):
    entry, waiting = factory(), factory(status=CatalogStatus.PENDING)
    kind = entry.KIND.value
    with pytest.raises(BusinessError, match="不能与自身合并"):
        merge_entry(kind=kind, entry_id=entry.pk, into_id=entry.pk, by=admin)
    with pytest.raises(BusinessError, match="只能合并到已通过"):
        merge_entry(kind=kind, entry_id=entry.pk, into_id=waiting.pk, by=admin)


def test_models_of_two_producers_are_not_merged(admin):
    entry, kept = VehicleModelFactory(), VehicleModelFactory()
    with pytest.raises(BusinessError, match="同一生产商"):
        merge_entry(kind="model", entry_id=entry.pk, into_id=kept.pk, by=admin)


def test_nothing_is_ever_deleted_by_a_merge(admin):
    kept, entry = VehicleModelFactory(), VehicleModelFactory()
    counts = [model.objects.count() for model in (Brand, Producer, VehicleModel)]
    links = BrandProducer.objects.count()
    merge(entry.producer, kept.producer, admin)
    merge(entry.brand, kept.brand, admin)
    assert [model.objects.count() for model in (Brand, Producer, VehicleModel)] == counts
    assert BrandProducer.objects.count() >= links
