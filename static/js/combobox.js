// A combobox as the ARIA pattern has it: type, walk the list with the arrow keys, Enter chooses, Escape closes.

const PAUSE = 150;
let made = 0;

function element(tag, attributes = {}) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

// search(text) resolves to {items, note}; show(item) gives the text, and a second line, of an option; choose(item) takes it.
export function combobox(input, { label, search, show, choose, settle }) {
  made += 1;
  const list = element("ul", { id: `combobox-${made}`, role: "listbox", class: "combobox-list", "aria-label": label });
  const status = element("p", { class: "visually-hidden", role: "status" });
  const note = element("p", { class: "combobox-note" });
  const box = element("div", { class: "combobox" });
  let items = [];
  let active = -1;
  let asked = 0;
  let timer = 0;

  for (const [name, value] of Object.entries({
    role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);
  list.hidden = true;
  note.hidden = true;
  input.after(box);
  box.append(input, list, note, status);

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    active = index;
    [...list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === index)));
    if (index < 0) return;
    input.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  }

  function take(index) {
    const item = items[index];
    close();
    choose(item);
  }

  function draw(found) {
    items = found.items;
    list.replaceChildren(...items.map((item, index) => {
      const [text, second] = show(item);
      const option = element("li", { role: "option", id: `${list.id}-${index}`, "aria-selected": "false" });
      option.append(text);
      if (second) {
        const small = element("span", { class: "combobox-second" });
        small.textContent = second;
        option.append(small);
      }
      option.addEventListener("pointerdown", (event) => event.preventDefault());
      option.addEventListener("click", () => take(index));
      return option;
    }));
    note.textContent = found.note;
    note.hidden = !found.note;
    status.textContent = items.length ? `找到 ${items.length} 项，用上下键选择` : found.note;
    list.hidden = !items.length;
    list.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-expanded", String(items.length > 0));
    mark(items.length ? 0 : -1);
  }

  async function ask() {
    asked += 1;
    const mine = asked;
    const text = input.value.trim();
    if (!text) {
      draw({ items: [], note: "" });
      return;
    }
    const found = await search(text).catch(() => ({ items: [], note: "没有连上服务器，请稍后再试。" }));
    if (mine === asked && document.activeElement === input) draw(found);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", () => {
    clearTimeout(timer);
    asked += 1;
    close();
    note.hidden = true;
    settle?.();
  });
  input.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      if (list.hidden) ask();
      else mark((active + steps[event.key] + items.length) % items.length);
    } else if (event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      if (!list.hidden && active >= 0) take(active);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  });
}
