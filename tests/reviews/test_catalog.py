import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from catalog.enums import CatalogStatus
from catalog.load_files import delete_files
from catalog.load_jobs import run_load
from catalog.models import Brand, CatalogueLoad, VehicleModel
from tests.catalog.test_loading import ROW, workbook
from tests.catalog.test_requests import ask_brand, ask_model, clerk
from tests.factories import BrandFactory, BrandLineFactory, FilingFactory, UserFactory, VehicleModelFactory

pytestmark = pytest.mark.django_db
QUEUE = "reviews:catalog-queue"
KINDS = ["brand", "producer", "model", "displacement", "link"]


@pytest.fixture
def admin(client_for):
    return client_for(UserFactory(admin=True))


def url(step, entry):
    return reverse(f"reviews:catalog-{step}", args=[entry.KIND.value, entry.pk])


def entries_of(model):
    return {
        "brand": model.brand,
        "producer": model.producer,
        "model": model,
        "displacement": model.displacements.first(),
        "link": model.brand.links.get(),
    }


def test_queue_holds_what_waits_longest_first_with_its_age(admin):
    first, second = ask_brand(clerk(), "星辰"), ask_brand(clerk(), "月华")
    Brand.objects.filter(pk=second.pk).update(requested_at="2026-01-05T01:00Z", due_at="2026-01-08T16:00Z")
    BrandFactory()
    page = admin.get(reverse(QUEUE))
    assert page.context["page"].rows == [second, first]
    assert "今天提交" in page.content.decode()
    assert "已超期" in page.content.decode()
    assert "品牌（2）" in page.content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_queue_looks_up_entries_of_every_state(admin, kind):
    model = VehicleModelFactory(name="途岳")
    entry = entries_of(model)[kind]
    own = {"brand": model.brand.name, "producer": model.producer.name, "link": model.producer.name}
    text = own.get(kind, "途岳")
    for status in ("APPROVED", "ALL"):
        rows = admin.get(reverse(QUEUE), {"kind": kind, "status": status, "q": text}).context["page"].rows
        assert rows == [entry]


@pytest.mark.parametrize("kind", KINDS)
def test_queue_costs_the_same_queries_for_one_and_for_three(admin, queries_of, kind):
    counts = []
    for number in (1, 2):
        VehicleModelFactory.create_batch(number)
        with queries_of() as queries:
            assert admin.get(reverse(QUEUE), {"kind": kind, "status": "APPROVED"}).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("kind", KINDS)
def test_page_of_every_kind(admin, kind):
    entry = entries_of(VehicleModelFactory())[kind]
    assert admin.get(url("entry", entry)).status_code == 200


def test_page_sets_the_entry_beside_the_five_most_like_it(admin):
    known = VehicleModelFactory(name="凯美瑞")
    for number in range(6):
        VehicleModelFactory(name=f"凯美瑞{number}", brand=known.brand)
    VehicleModelFactory(name="凯美锐")  # of another producer
    confirm = ["C-005:model_name"]
    model = ask_model(clerk(), "凯美锐", brand=known.brand, difference="另一款车", confirmed=confirm)
    page = admin.get(url("entry", model))
    rows = page.context["candidates"]
    assert [row.entry for row in rows[:2]] == [model, known]
    assert (rows[0].percent, rows[1].percent, len(rows)) == (None, 100, 6)
    assert page.context["reason"] == "目录中已有“凯美瑞”，请直接选用。"
    assert "与相近车型的区别：另一款车" in page.content.decode()


def test_page_counts_the_lines_of_filings(admin):
    brand = BrandFactory()
    BrandLineFactory(filing=FilingFactory(brand_lines=[]), brand=brand)
    assert "备案品牌行 1" in admin.get(url("entry", brand)).content.decode()


def test_page_costs_the_same_queries_for_one_candidate_and_for_three(admin, queries_of):
    model = VehicleModelFactory(name="凯美瑞")
    counts = []
    for names in (["凯美锐"], ["凯美睿", "凯美蕊"]):
        for name in names:
            VehicleModelFactory(name=name, brand=model.brand)
        with queries_of() as queries:
            admin.get(url("entry", model))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_approval_goes_on_to_the_next_one(admin):
    first, second = ask_brand(clerk(), "星辰"), ask_brand(clerk(), "月华")
    answer = admin.post(url("approve", first))
    assert answer.url == url("entry", second)
    assert admin.post(url("approve", second)).url == url("entry", second)
    assert set(Brand.objects.values_list("status", flat=True)) == {"APPROVED"}


def test_second_decision_is_told_that_somebody_was_faster(admin):
    brand = ask_brand(clerk())
    admin.post(url("approve", brand))
    answer = admin.post(url("reject", brand), {"reason": "重复。"})
    assert answer.status_code == 409
    assert "当前状态为“已通过”" in answer.content.decode()


def test_rejected_model_still_tells_what_was_asked_for(admin):
    model = ask_model(clerk(), displacements=["1.5", "2.0"])
    admin.post(url("reject", model), {"reason": "重复。"})
    assert ("排量（升）", "1.5、2.0") in admin.get(url("entry", model)).context["facts"]


def test_refused_rejection_says_what_is_missing(admin):
    brand = ask_brand(clerk())
    answer = admin.post(url("reject", brand), {"reason": ""})
    assert answer.status_code == 422
    assert "请写明不通过的原因" in answer.content.decode()


def test_rename_and_disable(admin):
    brand = BrandFactory(name="尼桑")
    admin.post(url("rename", brand), {"name": "日产"})
    admin.post(url("disable", brand), {"reason": "退出市场。"})
    brand.refresh_from_db()
    assert (brand.name, brand.status, brand.reason) == ("日产", CatalogStatus.DISABLED, "退出市场。")


def test_merge_shows_its_effect_before_and_after(admin):
    kept = VehicleModelFactory(name="途观L", displacements=["1.4"])
    entry = VehicleModelFactory(name="途观加长", brand=kept.brand, displacements=["2.0"])
    found = admin.get(url("merge", entry), {"q": "途观l"})
    before = admin.get(url("merge", entry), {"into": kept.pk})
    after = admin.post(f"{url('merge', entry)}?into={kept.pk}")
    assert found.context["targets"] == [kept]
    assert (before.status_code, after.status_code) == (200, 200)
    assert before.context["effect"] == after.context["effect"]
    assert VehicleModel.objects.get(pk=entry.pk).merged_into == kept
    assert admin.post(f"{url('merge', entry)}?into={kept.pk}").status_code == 409
    assert admin.post(url("merge", entry)).status_code == 404


def test_bulk_approval_lists_what_came_of_each(admin):
    good = BrandFactory(status=CatalogStatus.PENDING)
    bad = BrandFactory(status=CatalogStatus.PENDING, producers=[])
    page = admin.post(reverse("reviews:catalog-approve-many", args=["brand"]), {"entry": [good.pk, bad.pk]})
    assert [result.is_done for result in page.context["results"]] == [True, False]
    nothing = admin.post(reverse("reviews:catalog-approve-many", args=["brand"]))
    assert nothing.url == f"{reverse(QUEUE)}?kind=brand"


@pytest.mark.parametrize("step", ["entry", "approve", "reject", "rename", "merge", "disable"])
def test_unknown_kind_and_entry_are_not_found(admin, step):
    post = admin.get if step == "entry" else admin.post
    assert post(reverse(f"reviews:catalog-{step}", args=["engine", 1])).status_code == 404
    assert post(reverse(f"reviews:catalog-{step}", args=["brand", 999_999])).status_code == 404


@pytest.mark.parametrize("kind", ["displacement", "link"])
@pytest.mark.parametrize("step", ["rename", "merge"])
def test_what_has_no_name_is_neither_renamed_nor_merged(admin, step, kind):
    entry = entries_of(VehicleModelFactory())[kind]
    assert admin.post(f"{url(step, entry)}?into={entry.pk}", {"name": "改名"}).status_code == 404


@pytest.mark.parametrize("role", ["county", "province", "nation", "auditor", "manager"])
def test_catalogue_desk_is_the_administrators(client_for, role):
    user = clerk() if role == "manager" else UserFactory(**{role: True})
    brand = BrandFactory()
    client = client_for(user)
    assert client.get(reverse(QUEUE)).status_code == 403
    assert client.post(url("rename", brand), {"name": "改名"}).status_code == 403


def test_page_of_a_brand_leads_to_its_producer_that_waits_and_back(admin):
    brand = ask_brand(
        clerk(),
        "星辰",
        new_producer={"name": "星辰汽车有限公司", "kind": "DOMESTIC", "country": "CN", "uscc": ""},
    )
    producer = brand.links.get().producer
    page = admin.get(url("entry", brand))
    assert page.context["waiting_before"] == [producer]
    assert url("entry", producer) in page.content.decode()
    assert "先生产商，再品牌" in page.content.decode()
    assert admin.post(url("approve", brand)).status_code == 422
    page = admin.get(url("entry", producer))
    assert page.context["waiting_after"] == [brand]
    assert url("entry", brand) in page.content.decode()
    admin.post(url("approve", producer))
    assert admin.get(url("entry", brand)).context["waiting_before"] == []
    assert admin.post(url("approve", brand)).status_code == 302


def test_page_of_an_entry_without_anything_that_waits_says_nothing(admin):
    page = admin.get(url("entry", VehicleModelFactory())).content.decode()
    assert "关联的待审项" not in page


def test_brand_whose_only_link_waits_is_approved_before_the_link(admin):
    brand = ask_brand(clerk(), "星辰")
    brand.links.update(status="PENDING", requested_at=brand.requested_at)
    link = brand.links.get()
    assert admin.get(url("entry", brand)).context["waiting_after"] == [link]
    assert admin.get(url("entry", link)).context["waiting_before"] == [brand]
    assert admin.post(url("approve", brand)).status_code == 302
    assert admin.post(url("approve", link)).status_code == 302


def test_load_is_previewed_then_applied(admin, tmp_path):
    rows = [ROW, {**ROW, "model": "朗一"}, {**ROW, "model": "途岳1.5T"}]
    content = workbook(tmp_path / "catalogue.xlsx", rows).read_bytes()
    upload = {"file": SimpleUploadedFile("全国目录.xlsx", content)}
    detail = admin.post(reverse("reviews:catalog-loads"), upload).url
    assert "后台处理暂时没有运行" in admin.get(detail).content.decode()
    load = CatalogueLoad.objects.get()
    progress = reverse("reviews:catalog-load-progress", args=[load.pk])
    assert "HX-Refresh" not in admin.get(progress).headers
    run_load(load_id=load.pk)
    assert admin.get(progress).headers["HX-Refresh"] == "true"
    page = admin.get(detail).content.decode()
    assert "车型名称中不要包含排量" in page
    assert "已有相近车型：“朗逸”" in page
    problems = reverse("reviews:catalog-load-problems", args=[load.pk])
    assert problems in page
    assert b"".join(admin.get(problems).streaming_content).startswith(b"PK")
    assert not Brand.objects.exists()
    admin.post(reverse("reviews:catalog-load-apply", args=[load.pk]), {"with_doubtful": "on"})
    assert "写入" in admin.get(progress).content.decode()
    run_load(load_id=load.pk)
    assert set(VehicleModel.objects.values_list("name", flat=True)) == {"朗逸", "朗一"}
    assert "已写入" in admin.get(detail).content.decode()
    load.refresh_from_db()
    delete_files(load)
    page = admin.get(detail).content.decode()
    assert "上传的文件已删除" in page
    assert problems not in page
    assert admin.get(problems).status_code == 404
    assert admin.post(reverse("reviews:catalog-load-apply", args=[load.pk])).status_code == 409
    assert admin.post(reverse("reviews:catalog-load-cancel", args=[load.pk])).status_code == 409


def test_load_that_failed_says_why_and_leads_back(admin, tmp_path):
    content = workbook(tmp_path / "catalogue.xlsx", [ROW], ["甲"]).read_bytes()
    detail = admin.post(
        reverse("reviews:catalog-loads"), {"file": SimpleUploadedFile("目录.xlsx", content)}
    ).url
    run_load(load_id=CatalogueLoad.objects.get().pk)
    page = admin.get(detail).content.decode()
    assert "第 1 行没有找到列" in page
    assert "重新上传" in page


def test_refused_upload_says_why(admin):
    upload = {"file": SimpleUploadedFile("catalogue.xlsx", b"not a workbook")}
    answer = admin.post(reverse("reviews:catalog-loads"), upload)
    assert answer.status_code == 422
    assert "不是 .xlsx 工作簿" in answer.content.decode()


def test_template_is_a_workbook(admin):
    answer = admin.get(reverse("reviews:catalog-load-template"))
    assert b"".join(answer.streaming_content).startswith(b"PK")
