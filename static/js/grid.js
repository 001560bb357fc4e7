// The grid of a report: arrow keys, Enter, paste from a spreadsheet, sums and differences as one types.

const numberOf = (text) => {
  const plain = text.normalize("NFKC").replaceAll(",", "").trim();
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : 0;
};

const RULES = {
  newcar(value) {
    const retail = value("sales_qty") - value("retail_person_qty") - value("retail_org_qty") - value("wholesale_qty");
    const stock = value("closing_stock_qty")
      - (value("opening_stock_qty") + value("purchase_qty") - value("sales_qty") + value("stock_adjust_qty"));
    return [["销售差", retail], ["库存差", stock]];
  },
};

function rowsOf(grid) {
  return [...grid.querySelectorAll("[data-row]")].map((row) => [...row.querySelectorAll("[data-cell]")]);
}

function check(grid, row) {
  const rule = RULES[grid.dataset.rules];
  if (!rule) return;
  const cells = new Map([...row.querySelectorAll("[data-cell]")].map((cell) => [cell.dataset.cell, cell]));
  const found = rule((name) => numberOf(cells.get(name)?.value ?? "")).filter(([, difference]) => difference);
  row.querySelector("[data-check]").replaceChildren(...found.map(([name, difference]) => {
    const mark = document.createElement("span");
    mark.className = "grid-difference";
    mark.textContent = `${name} ${difference}`;
    return mark;
  }));
}

// The categories of a dimension against the quantity of their row, one balance a dimension.
function balance(row) {
  const whole = numberOf(row.querySelector('[data-cell="qty"]')?.value ?? "");
  for (const place of row.querySelectorAll("[data-balance]")) {
    const parts = [...row.querySelectorAll(`[data-part="${place.dataset.balance}"]`)];
    const difference = parts.reduce((left, part) => left - numberOf(part.value), whole);
    const mark = place.firstElementChild;
    mark.textContent = `差 ${difference}`;
    mark.className = difference ? "grid-difference" : "grid-even";
  }
}

// A cell is marked as long as it says what the trades say.
function compare(cell) {
  if (!("trades" in cell.dataset)) return;
  cell.parentElement.classList.toggle("grid-source", numberOf(cell.value) === Number(cell.dataset.trades));
}

function sum(grid) {
  const totals = [...grid.querySelectorAll("[data-total]")];
  const rows = rowsOf(grid);
  totals.forEach((total, column) => {
    if (rows[0]?.[column]?.classList.contains("grid-note")) return;
    const cents = rows.reduce((whole, cells) => whole + Math.round(numberOf(cells[column].value) * 100), 0);
    const money = rows.some((cells) => cells[column].dataset.cell.endsWith("amount"));
    total.textContent = (cents / 100).toLocaleString("zh-CN", { minimumFractionDigits: money ? 2 : 0 });
    const shown = document.querySelector(`[data-total-of="${rows[0]?.[column]?.dataset.cell}"]`);
    if (shown) shown.textContent = total.textContent;
  });
}

function move(grid, cell, down, right) {
  const rows = rowsOf(grid);
  const row = rows.findIndex((cells) => cells.includes(cell));
  const column = rows[row].indexOf(cell);
  let target = rows[row + down]?.[column + right];
  if (!target && down > 0) target = rows[0][column + 1];  // below the last row the next column begins
  target?.focus();
  target?.select();
}

function onKey(grid, event) {
  const cell = event.target;
  if (!cell.matches("[data-cell]") || event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  const isText = cell.classList.contains("grid-note");
  const atStart = cell.selectionStart === 0 && cell.selectionEnd === 0;
  const all = cell.selectionStart === 0 && cell.selectionEnd === cell.value.length;
  const atEnd = cell.selectionStart === cell.value.length;
  const steps = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [event.shiftKey ? -1 : 1, 0] };
  if (!isText && (atStart || all)) steps.ArrowLeft = [0, -1];
  if (!isText && (atEnd || all)) steps.ArrowRight = [0, 1];
  const step = steps[event.key];
  if (!step) return;
  event.preventDefault();
  move(grid, cell, ...step);
}

// Rows that begin with words are matched by their names; the server does it.
function takeNamed(text) {
  const box = document.querySelector("[data-pasted]");
  if (!box || !/\t/.test(text) || !/\p{Letter}/u.test(text.split("\t")[0])) return false;
  box.value = text;
  box.form.requestSubmit(document.querySelector("[data-take-pasted]"));
  return true;
}

function onPaste(grid, event) {
  const text = event.clipboardData.getData("text/plain").replace(/\r?\n$/, "");
  if (!event.target.matches("[data-cell]") || !/[\t\n]/.test(text)) return;
  event.preventDefault();
  if (takeNamed(text)) return;
  const rows = rowsOf(grid);
  const top = rows.findIndex((cells) => cells.includes(event.target));
  const left = rows[top].indexOf(event.target);
  text.split(/\r?\n/).forEach((line, down) => line.split("\t").forEach((value, right) => {
    const cell = rows[top + down]?.[left + right];
    if (!cell) return;
    cell.value = value.trim();
    cell.dispatchEvent(new Event("input", { bubbles: true }));
  }));
}

for (const grid of document.querySelectorAll("[data-grid]")) {
  grid.addEventListener("keydown", (event) => onKey(grid, event));
  grid.addEventListener("paste", (event) => onPaste(grid, event));
  grid.addEventListener("focusin", (event) => { if (event.target.matches("[data-cell]")) event.target.select(); });
  grid.addEventListener("input", (event) => {
    const row = event.target.closest("[data-row]");
    if (row) {
      check(grid, row);
      balance(row);
      compare(event.target);
    }
    sum(grid);
  });
}

// At a keyboard one goes on where the first figure is missing.
const start = document.querySelector("[data-grid][data-rules]");
if (start && matchMedia("(pointer: fine)").matches && !location.hash && !document.querySelector("[data-error-summary]")) {
  const columns = rowsOf(start)[0]?.length ?? 0;
  const empty = Array.from({ length: columns }, (_, column) => rowsOf(start).map((cells) => cells[column])).flat()
    .find((cell) => !cell.value && !cell.classList.contains("grid-note"));
  empty?.focus();
}

for (const box of document.querySelectorAll("[data-add-lines]")) {
  const find = box.querySelector("[data-find]");
  find.addEventListener("keydown", (event) => { if (event.key === "Enter") event.preventDefault(); });
  find.addEventListener("input", (event) => {
    event.stopPropagation();
    const wanted = find.value.trim().toLowerCase();
    for (const group of box.querySelectorAll("[data-group]")) {
      let shown = 0;
      const inGroup = group.querySelector("legend").textContent.toLowerCase().includes(wanted);
      for (const offer of group.querySelectorAll("[data-offer]")) {
        offer.hidden = !inGroup && !offer.textContent.toLowerCase().includes(wanted);
        shown += !offer.hidden;
      }
      group.hidden = !shown;
    }
  });
}
