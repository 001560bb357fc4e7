// On a narrow screen the typed data and the images are two tabs instead of one long page.

const bar = document.querySelector("[data-review-tabs]");
const review = document.querySelector("[data-review]");

function show(part) {
  review.dataset.shown = part;
  for (const button of bar.children) button.setAttribute("aria-pressed", String(button.dataset.shows === part));
}

if (bar && review) {
  for (const button of bar.children) button.addEventListener("click", () => show(button.dataset.shows));
  bar.hidden = false;
  show("items");
}
