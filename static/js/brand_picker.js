// Makes one search out of the lists of brands and producers of a row; without scripts both stay plain lists.

import { combobox } from "./combobox.js";

const brandOf = (row) => row.querySelector('select[name$="-brand_id"]');
const producerOf = (row) => row.querySelector('select[name$="-producer_id"]');
const textOf = (select) => (select.value ? select.selectedOptions[0].textContent : "");

function set(select, value, text) {
  if (![...select.options].some((option) => option.value === String(value))) select.append(new Option(text, value));
  select.value = String(value);
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

// A text box in the place of a list, known by the same label and described by the same messages.
function replaceBy(select, properties) {
  const box = Object.assign(document.createElement("input"), { className: "form-control", ...properties });
  box.id = select.id;
  for (const name of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(name)) box.setAttribute(name, select.getAttribute(name));
  }
  box.classList.toggle("is-invalid", select.classList.contains("is-invalid"));
  select.removeAttribute("id");
  select.hidden = true;
  select.before(box);
  return box;
}

async function search(url, text) {
  const answer = await fetch(`${url}?${new URLSearchParams({ q: text })}`);
  if (!answer.ok) throw new Error(String(answer.status));
  const { options, more } = await answer.json();
  if (!options.length) return { items: [], note: "没有找到。请换个名称或拼音首字母；列表里没有的，点下面的“新增品牌”或“新增生产商”。" };
  return { items: options, note: more ? "只列出前 20 项，请再多输入几个字。" : "" };
}

// The brand granted is one of the brands of the enterprise itself, so the list holds those only.
function narrow(row) {
  const select = brandOf(row);
  select.addEventListener("pointerdown", () => keepOwn(select));
  select.addEventListener("focus", () => keepOwn(select));
}

function keepOwn(select) {
  const own = [...document.querySelectorAll('select[name^="brand_lines-"][name$="-brand_id"]')].filter((brand) => brand.value);
  const wanted = new Set([select.value, ...own.map((brand) => brand.value)]);
  for (const option of select.options) option.hidden = own.length > 0 && option.value !== "" && !wanted.has(option.value);
}

export function enhanceBrands(row, url) {
  const [brand, producer] = [brandOf(row), producerOf(row)];
  if (!url || !brand) return;
  if (!producer) {
    narrow(row);
    return;
  }
  const box = replaceBy(brand, { placeholder: "品牌名称、英文名或拼音首字母" });
  const maker = replaceBy(producer, { placeholder: "选好品牌后自动带出", readOnly: true });
  const draw = () => {
    box.value = textOf(brand);
    maker.value = textOf(producer);
  };
  const settle = () => {
    if (!box.value.trim() && brand.value) {
      set(brand, "", "");
      set(producer, "", "");
    }
    draw();
  };
  combobox(box, {
    label: "品牌与生产商",
    search: (text) => search(url, text),
    show: (pair) => [
      `${pair.brand_name}${pair.brand_name_en ? ` ${pair.brand_name_en}` : ""}`,
      `${pair.producer_name}${pair.pending ? "（待审核）" : ""}`,
    ],
    choose: (pair) => {
      set(brand, pair.brand, pair.brand_name);
      set(producer, pair.producer, pair.producer_name);
      draw();
    },
    settle,
  });
  brand.addEventListener("restore", draw);
  producer.addEventListener("restore", draw);
  draw();
}
