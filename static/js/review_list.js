// The work list: all of the page by one tick, and how many are ticked.

const all = document.querySelector("[data-tick-all]");
const ticks = [...document.querySelectorAll("[data-tick]")];
const told = document.querySelector("[data-ticked]");
const form = document.querySelector("#bulk-form");

function show() {
  const count = ticks.filter((tick) => tick.checked).length;
  all.checked = count === ticks.length;
  all.indeterminate = count > 0 && count < ticks.length;
  told.textContent = count ? `已选 ${count} 件，下一步核对名单。` : "勾选后可一次确认多件，下一步核对名单。";
  form.querySelector("button").disabled = !count;
}

if (all && form) {
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const tick of ticks) tick.checked = all.checked;
    show();
  });
  for (const tick of ticks) tick.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
}
