// Rows of a formset: add from the template, remove and restore; a chosen brand leaves its own producers only.

const producersOf = new Map();

function loadProducers(url, brand) {
  if (!producersOf.has(brand)) {
    const answer = fetch(`${url}?brand=${encodeURIComponent(brand)}`).then((response) => {
      if (!response.ok) throw new Error(String(response.status));
      return response.json();
    });
    producersOf.set(brand, answer);
    answer.catch(() => producersOf.delete(brand));
  }
  return producersOf.get(brand);
}

const brandOf = (row) => row.querySelector('select[name$="-brand"], select[name$="-brand_id"]');
const producerOf = (row) => row.querySelector('select[name$="-producer"], select[name$="-producer_id"]');

async function narrow(set, row) {
  const brand = brandOf(row);
  const producer = producerOf(row);
  if (!brand?.value || !producer) return;
  const wanted = brand.value;
  const found = await loadProducers(set.dataset.producersUrl, wanted);
  if (brand.value !== wanted) return;
  const kept = producer.value;
  producer.replaceChildren(new Option("请选择生产商", ""), ...found.map(({ id, name }) => new Option(name, id)));
  producer.value = found.some(({ id }) => String(id) === kept) ? kept : "";
  if (!kept && found.length === 1) producer.value = String(found[0].id);
  if (!found.length) say(set, "该品牌下还没有审核通过的生产商，请先到“生产商”中新增。");
}

function say(set, text) {
  set.querySelector("[data-formset-status]").textContent = text;
}

function number(set) {
  set.querySelectorAll("[data-row-title]").forEach((title, index) => {
    title.textContent = `${set.dataset.rowLabel} ${index + 1}`;
  });
}

function showRemoved(row) {
  const removed = row.querySelector("[data-formset-delete] input").checked;
  row.querySelector("[data-formset-body]").hidden = removed;
  row.querySelector("[data-formset-note]").hidden = !removed;
  row.querySelector("[data-formset-remove]").textContent = removed ? "恢复" : "移除";
}

function prepare(set, row) {
  const box = row.querySelector("[data-formset-delete]");
  if (box) {
    box.hidden = true;
    const button = row.querySelector("[data-formset-remove]");
    button.hidden = false;
    button.addEventListener("click", () => {
      const tick = box.querySelector("input");
      tick.checked = !tick.checked;
      tick.dispatchEvent(new Event("change", { bubbles: true }));
      showRemoved(row);
    });
    showRemoved(row);
  }
  if (set.dataset.producersUrl) {
    const update = () => narrow(set, row).catch(() => say(set, "生产商列表没有取到，请稍后重新选择品牌。"));
    brandOf(row)?.addEventListener("change", update);
    update();
  }
}

function add(set) {
  const total = set.querySelector('input[name$="-TOTAL_FORMS"]');
  const markup = set.querySelector("template[data-formset-empty]").innerHTML.replaceAll("__prefix__", total.value);
  const rows = set.querySelector("[data-formset-rows]");
  rows.insertAdjacentHTML("beforeend", markup);
  total.value = Number(total.value) + 1;
  const row = rows.lastElementChild;
  prepare(set, row);
  number(set);
  row.querySelector("select, input:not([type=hidden])")?.focus();
  say(set, `已增加${set.dataset.rowLabel} ${rows.children.length}`);
  set.dispatchEvent(new Event("change", { bubbles: true }));
}

// The blank row at the end is for pages without scripts; here there is a button for it.
function dropBlankRow(set) {
  const rows = [...set.querySelectorAll("[data-formset-row]")];
  const last = rows.at(-1);
  const isBlank = (control) => (control.type === "checkbox" ? !control.checked : !control.value);
  if (rows.length < 2 || ![...last.querySelectorAll("input, select, textarea")].every(isBlank)) return;
  last.remove();
  set.querySelector('input[name$="-TOTAL_FORMS"]').value = rows.length - 1;
}

for (const set of document.querySelectorAll("[data-formset]")) {
  dropBlankRow(set);
  set.querySelectorAll("[data-formset-row]").forEach((row) => prepare(set, row));
  number(set);
  const button = set.querySelector("[data-formset-add]");
  button.hidden = false;
  button.addEventListener("click", () => add(set));
}
