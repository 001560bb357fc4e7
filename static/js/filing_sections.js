// Shows the parts that concern the enterprise types ticked (data-types="A1 A2"); what was typed elsewhere is kept, only hidden.

const boxes = [...document.querySelectorAll('input[name="enterprise_types"]')];

function update() {
  const ticked = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  for (const part of document.querySelectorAll("[data-types]")) {
    part.hidden = !part.dataset.types.split(" ").some((type) => type === "ALL" || ticked.has(type));
  }
}

if (boxes.length) {
  boxes[0].form.noValidate = true;
  boxes.forEach((box) => box.addEventListener("change", update));
  update();
}
