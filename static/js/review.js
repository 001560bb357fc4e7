// One image at a time with zoom, rotation, next and full screen, by buttons, or by keys while the image has the focus;
// on the review page the arrow keys change the image from anywhere but a control that needs them.

const KEYS = { ArrowLeft: "previous", ArrowRight: "next", "+": "larger", "=": "larger", "-": "smaller", r: "rotate", R: "rotate", f: "full", F: "full", 0: "reset" };
const NEEDS_ARROWS = "input:not([type=checkbox]), textarea, select, [role=region], [data-viewer-stage]";

function toggleFull(viewer) {
  if (document.fullscreenElement) document.exitFullscreen();
  else viewer.requestFullscreen?.().catch(() => {});
}

function start(viewer) {
  const figures = [...viewer.querySelectorAll("[data-viewer-image]")];
  const stage = viewer.querySelector("[data-viewer-stage]");
  if (!figures.length) return;
  let current = 0;
  let scale = 1;
  let turn = 0;

  function draw() {
    figures.forEach((figure, index) => { figure.hidden = index !== current; });
    const image = figures[current].querySelector("img");
    image.style.transform = `scale(${scale}) rotate(${turn}deg)`;
    image.style.transformOrigin = scale > 1 && turn % 360 === 0 ? "top left" : "center";
  }

  const steps = {
    previous: () => { current = (current + figures.length - 1) % figures.length; scale = 1; turn = 0; },
    next: () => { current = (current + 1) % figures.length; scale = 1; turn = 0; },
    larger: () => { scale = Math.min(6, scale * 1.25); },
    smaller: () => { scale = Math.max(0.5, scale / 1.25); },
    rotate: () => { turn += 90; },
    reset: () => { scale = 1; turn = 0; },
    full: () => toggleFull(viewer),
  };
  const act = (name) => { steps[name](); draw(); };
  const press = (event) => {
    const name = KEYS[event.key];
    if (!name || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    act(name);
  };

  stage.tabIndex = 0;
  stage.setAttribute("role", "group");
  stage.setAttribute("aria-label", "影像，可用键盘换张、缩放和旋转");
  stage.addEventListener("keydown", press);
  if ("viewerKeysEverywhere" in viewer.dataset) {
    document.addEventListener("keydown", (event) => {
      const isArrow = event.key === "ArrowLeft" || event.key === "ArrowRight";
      if (isArrow && !event.target.closest(NEEDS_ARROWS) && !document.querySelector("dialog[open]")) press(event);
    });
  }
  for (const button of viewer.querySelectorAll("[data-viewer-do]")) {
    button.addEventListener("click", () => act(button.dataset.viewerDo));
  }
  for (const part of viewer.querySelectorAll("[data-viewer-tools], [data-viewer-keys]")) part.hidden = false;
  draw();
}

document.querySelectorAll("[data-viewer]").forEach(start);
