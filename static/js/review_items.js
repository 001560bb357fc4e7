// The return form: names the items ticked as wrong wherever they stand on the page, with their reasons, and ticks the
// items of a common reason by one press.

const chosen = document.querySelector("[data-items-chosen]");
const boxes = [...document.querySelectorAll("[data-item-label]")];
const quick = document.querySelector("[data-quick-reasons]");
const boxOf = (name) => document.querySelector(`#item_${CSS.escape(name)}`);
const reasonOf = (name) => document.querySelector(`[data-item-reason="${CSS.escape(name)}"]`);
const noteOf = (name) => document.querySelector(`[data-item-note="${CSS.escape(name)}"]`);

function line(box) {
  const reason = reasonOf(box.value);
  const why = [reason.value ? reason.selectedOptions[0].textContent : "还没有选择原因", noteOf(box.value).value.trim()];
  const item = document.createElement("li");
  const drop = document.createElement("button");
  drop.type = "button";
  drop.className = "btn btn-link btn-sm";
  drop.textContent = "去掉";
  drop.setAttribute("aria-label", `去掉${box.dataset.itemLabel}`);
  drop.addEventListener("click", () => { untick(box.value); show(); });
  item.append(`${box.dataset.itemLabel}：${why.filter(Boolean).join("，")} `, drop);
  return item;
}

// The first reason of a list is the likeliest for its item.
function suggest(box) {
  const reason = reasonOf(box.value);
  if (box.checked && !reason.value) reason.value = reason.options[1].value;
}

function untick(name) {
  boxOf(name).checked = false;
  reasonOf(name).value = "";
}

function show() {
  const ticked = boxes.filter((box) => box.checked);
  const nothing = document.createElement("li");
  nothing.textContent = "还没有。请点上面的常见原因，或在页面各项目后勾选“有问题”。";
  chosen.replaceChildren(...(ticked.length ? ticked.map(line) : [nothing]));
  for (const button of quick.querySelectorAll("[data-reason]")) {
    const pressed = button.dataset.fields.split(" ").some((name) => isFor(name, button.dataset.reason));
    button.setAttribute("aria-pressed", String(pressed));
    button.classList.toggle("active", pressed);
  }
}

const isFor = (name, code) => boxOf(name)?.checked && reasonOf(name).value === code;

function press(button) {
  const names = button.dataset.fields.split(" ").filter(boxOf);
  const off = names.some((name) => isFor(name, button.dataset.reason));
  for (const name of names) {
    if (off) {
      if (isFor(name, button.dataset.reason)) untick(name);
    } else {
      boxOf(name).checked = true;
      reasonOf(name).value = button.dataset.reason;
    }
  }
  show();
}

if (chosen) {
  for (const box of boxes) {
    box.addEventListener("change", () => { suggest(box); show(); });
    noteOf(box.value).addEventListener("input", show);
    reasonOf(box.value).addEventListener("change", () => {
      if (reasonOf(box.value).value) box.checked = true;
      show();
    });
  }
  for (const button of quick.querySelectorAll("[data-reason]")) button.addEventListener("click", () => press(button));
  quick.hidden = false;
  show();
}
