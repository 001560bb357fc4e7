// Replaces the text of a division by a search and three linked lists 省、市、县; if they cannot be loaded the text stays.

import { combobox } from "./combobox.js";

const ADDRESS = "/accounts/divisions/";
const optionsOf = new WeakMap();
const LEVELS = ["省级", "市级", "县级"];

async function ask(query) {
  const answer = await fetch(`${ADDRESS}?${new URLSearchParams(query)}`);
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

const children = (parent) => ask({ parent });

// The option a stored value leads to: a code by itself or its first digits, a name typed in full by its beginning.
function leading(options, value, level) {
  const digits = level === 0 ? 2 : 4;
  return options.find((option) => option.code === value)
    ?? options.find((option) => !option.leaf && /^\d{6}$/.test(value) && option.code.slice(0, digits) === value.slice(0, digits));
}

function fill(select, options, label) {
  select.replaceChildren(new Option(`请选择${label}`, ""), ...options.map((option) => new Option(option.name, option.code)));
  optionsOf.set(select, options);
  select.hidden = false;
}

function made(input, label) {
  return LEVELS.map((level) => {
    const select = document.createElement("select");
    select.className = "form-select";
    select.hidden = true;
    select.setAttribute("aria-label", `${label}：${level}`);
    for (const name of ["aria-describedby", "aria-invalid"]) {
      if (input.hasAttribute(name)) select.setAttribute(name, input.getAttribute(name));
    }
    select.classList.toggle("is-invalid", input.classList.contains("is-invalid"));
    return select;
  });
}

// Sets the lists to a stored value, a code or a full name.
async function follow(selects, value) {
  const stored = value.replace(/\s/g, "");
  let rest = stored;
  selects[0].value = "";
  for (const lower of selects.slice(1)) lower.hidden = true;
  for (let level = 0; level < selects.length && stored && !selects[level].hidden; level += 1) {
    const options = optionsOf.get(selects[level]);
    const named = options.find((option) => rest.startsWith(option.name));
    const found = leading(options, stored, level) ?? named;
    if (!found) break;
    if (found === named) rest = rest.slice(named.name.length);
    selects[level].value = found.code;
    if (found.leaf || !selects[level + 1]) break;
    fill(selects[level + 1], await children(found.code), LEVELS[level + 1]);
  }
}

function searchBox(input, label, selects, choose) {
  const box = document.createElement("input");
  box.className = "form-control division-search";
  box.placeholder = "输入地名或拼音首字母查找";
  box.setAttribute("aria-label", `${label}：按地名或拼音查找`);
  selects[0].before(box);
  combobox(box, {
    label,
    search: async (q) => {
      const items = await ask({ q });
      return { items, note: items.length ? "" : "没有找到，请换个写法，或在下面逐级选择。" };
    },
    show: (place) => [place.name],
    choose: (place) => {
      box.value = "";
      choose(place.code).then(() => (selects.findLast((select) => !select.hidden) ?? selects[0]).focus());
    },
    settle: () => { box.value = ""; },
  });
}

async function enhance(input) {
  const provinces = await children("");
  const label = document.querySelector(`label[for="${CSS.escape(input.id)}"]`)?.firstChild?.textContent.trim() ?? "所在地区";
  const box = document.createElement("div");
  box.className = "division-picker";
  box.setAttribute("role", "group");
  box.setAttribute("aria-label", label);
  const selects = made(input, label);

  async function choose(level) {
    const select = selects[level];
    for (const lower of selects.slice(level + 1)) {
      lower.hidden = true;
      lower.replaceChildren();
    }
    const chosen = optionsOf.get(select).find((option) => option.code === select.value);
    input.value = chosen?.code ?? selects[level - 1]?.value ?? "";
    input.dispatchEvent(new Event("change", { bubbles: true }));
    if (chosen && !chosen.leaf && selects[level + 1]) {
      fill(selects[level + 1], await children(chosen.code), LEVELS[level + 1]);
    }
  }

  fill(selects[0], provinces, LEVELS[0]);
  await follow(selects, input.value);
  box.append(...selects);
  selects[0].id = input.id;
  input.removeAttribute("id");
  input.type = "hidden";
  input.after(box);
  const hint = input.parentElement.querySelector("[data-division-hint]");
  const giveUp = () => {
    input.type = "text";
    box.hidden = true;
    if (hint) hint.hidden = false;
  };
  if (hint) hint.hidden = true;
  selects.forEach((select, level) => select.addEventListener("change", () => {
    choose(level).catch(giveUp);
  }));
  searchBox(input, label, selects, async (code) => {
    input.value = code;
    input.dispatchEvent(new Event("change", { bubbles: true }));
    await follow(selects, code).catch(giveUp);
  });
  input.addEventListener("restore", () => { follow(selects, input.value).catch(giveUp); });
}

export function enhanceDivisions(root) {
  for (const input of root.querySelectorAll("[data-division-picker]")) {
    if (input.type !== "hidden") enhance(input).catch(() => {});
  }
}

enhanceDivisions(document);
