// Names the items ticked as wrong inside the return form, wherever they stand on the page.

const chosen = document.querySelector("[data-items-chosen]");
const boxes = [...document.querySelectorAll("[data-item-label]")];

function show() {
  const labels = boxes.filter((box) => box.checked).map((box) => box.dataset.itemLabel);
  chosen.textContent = labels.join("、") || "还没有勾选，请先在有问题的项目后勾选“有问题”";
}

if (chosen) {
  for (const box of boxes) box.addEventListener("change", show);
  show();
}
