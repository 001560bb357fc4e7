// One image at a time with zoom, rotation and next, by buttons or by keys while the image has the focus.

const KEYS = { ArrowLeft: "previous", ArrowRight: "next", "+": "larger", "=": "larger", "-": "smaller", r: "rotate", R: "rotate", 0: "reset" };

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
  };
  const act = (name) => { steps[name](); draw(); };

  stage.tabIndex = 0;
  stage.setAttribute("role", "group");
  stage.setAttribute("aria-label", "影像，可用键盘换张、缩放和旋转");
  stage.addEventListener("keydown", (event) => {
    const name = KEYS[event.key];
    if (!name || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act(name);
  });
  for (const button of viewer.querySelectorAll("[data-viewer-do]")) {
    button.addEventListener("click", () => act(button.dataset.viewerDo));
  }
  for (const part of viewer.querySelectorAll("[data-viewer-tools], [data-viewer-keys]")) part.hidden = false;
  draw();
}

document.querySelectorAll("[data-viewer]").forEach(start);
