// Shows what concerns the enterprise types ticked (data-types="A1 A2") and the answers given (data-when="name=value"),
// and counts in the list of parts what is still missing. What is hidden keeps what was typed.

const form = document.querySelector('input[name="enterprise_types"]')?.form;
const tasks = [...document.querySelectorAll("[data-task]")];
const touched = new Set();

function ticked(name) {
  return [...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)]
    .filter((control) => !["checkbox", "radio"].includes(control.type) || control.checked)
    .map((control) => control.value);
}

function showParts() {
  const types = new Set(ticked("enterprise_types"));
  for (const part of document.querySelectorAll("[data-types]")) {
    part.hidden = !part.dataset.types.split(" ").some((type) => type === "ALL" || types.has(type));
  }
  for (const field of form.querySelectorAll("[data-when]")) {
    const [name, value] = field.dataset.when.split("=");
    field.toggleAttribute("data-unmet", !ticked(name).includes(value));
  }
}

function isEmpty(field) {
  const file = field.querySelector("input[type=file]");
  if (file) return !file.files.length && !field.querySelector("[data-image-preview] img");
  const controls = [...field.querySelectorAll("[name]")];
  return !controls.some((control) => (["checkbox", "radio"].includes(control.type) ? control.checked : control.value.trim()));
}

const isBlankRow = (row) => [...row.querySelectorAll("[data-field]:not([hidden])")].every(isEmpty);
const isRemoved = (row) => row.querySelector("[data-formset-delete] input")?.checked;

function missingIn(part) {
  const missing = new Set();
  const skipped = new Set([...part.querySelectorAll("[data-formset-row]")].filter((row) => isRemoved(row) || isBlankRow(row)));
  for (const field of part.querySelectorAll("[data-field][data-required]:not([hidden]):not([data-unmet])")) {
    if (!skipped.has(field.closest("[data-formset-row]")) && isEmpty(field)) missing.add(field.dataset.field);
  }
  for (const set of part.querySelectorAll("[data-rows-required]")) {
    const rows = [...set.querySelectorAll("[data-formset-row]")];
    if (rows.every((row) => skipped.has(row))) missing.add(set.dataset.formset);
  }
  return missing;
}

// What the server found wrong counts until that control is changed.
function count() {
  for (const task of tasks) {
    const part = document.querySelector(task.dataset.task);
    if (part.hidden) continue;
    const missing = missingIn(part);
    for (const name of task.dataset.faults.split(" ")) {
      if (name && !touched.has(name) && !part.querySelector(`[data-rows-required][data-formset="${CSS.escape(name)}"]`)) missing.add(name);
    }
    const state = task.querySelector("[data-task-state]");
    state.className = missing.size ? "task-missing" : "task-done";
    state.textContent = missing.size ? `还差 ${missing.size} 项` : "已填好";
  }
}

function update(event) {
  const field = event?.target.closest?.("[data-field]");
  if (field) touched.add(field.dataset.field);
  showParts();
  count();
}

function copyFrom(button) {
  const to = button.closest("[data-field]").querySelector("[name]");
  to.value = form.elements[button.dataset.copyFrom].value;
  to.dispatchEvent(new Event("input", { bubbles: true }));
  to.dispatchEvent(new Event("change", { bubbles: true }));
  to.focus();
}

if (form) {
  form.noValidate = true;
  form.addEventListener("input", update);
  form.addEventListener("change", update);
  form.addEventListener("faults", (event) => {
    for (const task of tasks) task.dataset.faults = event.detail[task.dataset.task.slice(1)].join(" ");
    touched.clear();
    count();
  });
  for (const button of form.querySelectorAll("[data-copy-from]")) {
    button.hidden = false;
    button.addEventListener("click", () => copyFrom(button));
  }
  update();
}
