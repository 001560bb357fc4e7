// Rows of a formset: add from the template, remove and restore.

import { enhanceBrands } from "./brand_picker.js";
import { enhanceDivisions } from "./division.js";

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
    const tick = box.querySelector("input");
    const button = row.querySelector("[data-formset-remove]");
    box.hidden = true;
    button.hidden = false;
    button.addEventListener("click", () => tick.click());
    tick.addEventListener("change", () => showRemoved(row));
    showRemoved(row);
  }
  enhanceBrands(row, set.dataset.optionsUrl);
}

function add(set) {
  const total = set.querySelector('input[name$="-TOTAL_FORMS"]');
  const markup = set.querySelector("template[data-formset-empty]").innerHTML.replaceAll("__prefix__", total.value);
  const rows = set.querySelector("[data-formset-rows]");
  rows.insertAdjacentHTML("beforeend", markup);
  total.value = Number(total.value) + 1;
  const row = rows.lastElementChild;
  enhanceDivisions(row);
  prepare(set, row);
  number(set);
  set.dispatchEvent(new Event("change", { bubbles: true }));
  return row;
}

function addByHand(set) {
  const row = add(set);
  row.querySelector("input:not([type=hidden]):not([hidden]), select:not([hidden])")?.focus();
  say(set, `已增加${set.dataset.rowLabel} ${row.parentElement.children.length}`);
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
  button.addEventListener("click", () => addByHand(set));
  set.addEventListener("more-rows", (event) => {
    while (set.querySelectorAll("[data-formset-row]").length < event.detail) add(set);
  });
}
