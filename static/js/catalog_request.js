// Requests to the catalogue: parts that depend on a choice, and the producers of the brand chosen.

function showParts(form) {
  for (const part of form.querySelectorAll("[data-when]")) {
    const chosen = form.querySelector(`[name="${CSS.escape(part.dataset.when)}"]:checked`);
    part.hidden = chosen !== null && chosen.value !== part.dataset.value;
  }
}

function narrowProducers(form) {
  const brand = form.querySelector("select[name=brand]");
  const producer = form.querySelector("select[name=producer]");
  if (!brand || !producer?.querySelector("[data-brands]")) return;
  const all = [...producer.options];
  const narrow = () => {
    const kept = producer.value;
    const fitting = all.filter((option) => !option.value || !brand.value || option.dataset.brands.split(" ").includes(brand.value));
    producer.replaceChildren(...fitting);
    producer.value = fitting.some((option) => option.value === kept) ? kept : "";
    if (brand.value && fitting.length === 2) producer.value = fitting[1].value;
  };
  brand.addEventListener("change", narrow);
  narrow();
}

const form = document.querySelector("#request-form");
form.addEventListener("change", () => showParts(form));
showParts(form);
narrowProducers(form);
