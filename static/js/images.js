// An image field: what was chosen is shown at once; a photo too large, or lying on its side, is made smaller and set
// upright here, and only goes with the form once the person has looked at the result and accepts it.

const LONGEST_SIDE = 2400;
const MOST_PIXELS = 25_000_000;
const LONGEST_ALLOWED = 8000;
const SHARP_SIDE = 600;
const SMALLEST_SCALE = 0.1;
const QUALITIES = [0.9, 0.8, 0.7];
const PAUSE = 250;
const MAGIC = { jpg: [0xff, 0xd8, 0xff], png: [0x89, 0x50, 0x4e, 0x47] };
const DAMAGED = "图片已损坏或不完整，请重新扫描或拍照后上传。";
const fields = new WeakMap();

const sizeText = (bytes) => (bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);
const facts = (bytes, width, height) => `${sizeText(bytes)}，${width}×${height} 像素`;

function isPicture(bytes) {
  return Object.values(MAGIC).some((magic) => magic.every((byte, index) => bytes[index] === byte));
}

// The parts of a field and what is under way in it; `source` is the file as chosen, `turn` in quarters and `tilt` in
// degrees to the right.
function fieldOf(node) {
  const root = node.closest("[data-image-field]");
  if (!fields.has(root)) {
    const part = (name) => root.querySelector(`[data-image-${name}]`);
    fields.set(root, {
      root,
      name: root.dataset.imageField,
      input: root.querySelector("input[type=file]"),
      preview: part("preview"),
      stored: [...part("preview").childNodes],
      message: part("message"),
      adjust: part("adjust"),
      editor: part("editor"),
      stage: part("stage"),
      before: part("before"),
      after: part("after"),
      slider: part("tilt"),
      angle: part("angle"),
      accept: root.querySelector("[data-image-do=accept]"),
      source: null,
      made: null,
      accepted: null,
      turn: 0,
      tilt: 0,
      pause: 0,
      round: 0,
    });
  }
  return fields.get(root);
}

function say(field, text, refused = false) {
  field.message.textContent = text;
  field.message.classList.toggle("is-refused", refused);
}

function load(image, blob) {
  const url = URL.createObjectURL(blob);
  return new Promise((done, fail) => {
    image.addEventListener("load", () => { URL.revokeObjectURL(url); done(image); }, { once: true });
    image.addEventListener("error", () => { URL.revokeObjectURL(url); fail(new Error("unreadable")); }, { once: true });
    image.src = url;
  });
}

async function show(place, blob, alt) {
  const image = document.createElement("img");
  image.alt = alt;
  await load(image, blob);
  place.replaceChildren(image);
  return image;
}

function closeEditor(field) {
  clearTimeout(field.pause);
  field.round += 1;
  field.made = null;
  field.editor.hidden = true;
}

function refuse(field, text) {
  closeEditor(field);
  field.input.value = "";
  field.adjust.hidden = true;
  say(field, text, true);
}

async function choose(field) {
  const [file] = field.input.files;
  closeEditor(field);
  field.source = file ?? null;
  field.turn = 0;
  setTilt(field, 0);
  field.adjust.hidden = true;
  field.preview.replaceChildren(...field.stored);
  say(field, "");
  if (!file) return;
  const round = field.round;
  const limit = Number(field.input.dataset.maxBytes);
  const head = new Uint8Array(await file.slice(0, 8).arrayBuffer());
  if (round !== field.round) return;
  if (!isPicture(head)) {
    refuse(field, `“${file.name}”不是 jpg 或 png 图片，请重新选择，或另存为 jpg 后再选。`);
  } else if (file.size > limit) {
    field.input.value = "";
    await edit(field);
  } else {
    const image = await show(field.preview, file, `${field.name}，待上传`).catch(() => null);
    if (round !== field.round) return;
    if (!image) {
      refuse(field, DAMAGED);
    } else if (image.naturalWidth * image.naturalHeight > MOST_PIXELS || Math.max(image.naturalWidth, image.naturalHeight) > LONGEST_ALLOWED) {
      field.input.value = "";
      await edit(field);
    } else {
      field.adjust.hidden = false;
      say(field, `已选择“${file.name}”（${facts(file.size, image.naturalWidth, image.naturalHeight)}），随表单一起上传。${doubt(image.naturalWidth, image.naturalHeight)}`);
    }
  }
}

function doubt(width, height) {
  return Math.min(width, height) < SHARP_SIDE ? "图片较小，请确认文字可辨认。" : "";
}

// The picture turned on white, at a scale; the canvas grows with its corners, so that nothing is cut off.
function drawn(bitmap, scale, degrees) {
  const canvas = document.createElement("canvas");
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const angle = (degrees * Math.PI) / 180;
  const [across, along] = [Math.abs(Math.cos(angle)), Math.abs(Math.sin(angle))];
  canvas.width = Math.round(width * across + height * along);
  canvas.height = Math.round(width * along + height * across);
  const pen = canvas.getContext("2d");
  pen.imageSmoothingQuality = "high";
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.translate(canvas.width / 2, canvas.height / 2);
  pen.rotate(angle);
  pen.drawImage(bitmap, -width / 2, -height / 2, width, height);
  return canvas;
}

// As many pixels as fit into the limit, then the best quality for them.
async function smaller(file, degrees, limit) {
  const bitmap = await createImageBitmap(file);
  const size = { width: bitmap.width, height: bitmap.height };
  for (let scale = Math.min(1, LONGEST_SIDE / Math.max(size.width, size.height)); scale > SMALLEST_SCALE; scale *= 0.85) {
    const canvas = drawn(bitmap, scale, degrees);
    for (const quality of QUALITIES) {
      const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", quality); });
      if (blob && blob.size <= limit) {
        bitmap.close();
        return { blob, size, width: canvas.width, height: canvas.height };
      }
    }
  }
  bitmap.close();
  return null;
}

async function edit(field) {
  clearTimeout(field.pause);
  const round = (field.round += 1);
  const { source, turn, tilt } = field;
  field.adjust.hidden = true;
  field.accept.disabled = true;
  say(field, "正在处理图片…");
  const made = await smaller(source, turn * 90 + tilt, Number(field.input.dataset.maxBytes)).catch(() => null);
  if (round !== field.round) return;
  if (!made) {
    refuse(field, DAMAGED);
    return;
  }
  field.made = { ...made, tilt };
  await show(field.stage, made.blob, `${field.name}，处理后的预览`);
  if (round !== field.round) return;
  field.before.textContent = facts(source.size, made.size.width, made.size.height);
  field.after.textContent = facts(made.blob.size, made.width, made.height);
  field.accept.disabled = false;
  say(field, `已处理为 ${sizeText(made.blob.size)}。请看下面的预览：方向朝上、文字清晰，再点“用这张”。${doubt(made.width, made.height)}`);
  if (field.editor.hidden) {
    field.editor.hidden = false;
    field.editor.focus();
  }
}

function setTilt(field, degrees) {
  field.tilt = degrees;
  field.slider.value = degrees;
  field.slider.setAttribute("aria-valuetext", `${degrees} 度`);
  field.angle.textContent = `${degrees}°`;
}

// While the slider moves, the picture shown turns with it; it is made anew as soon as the slider rests.
function slide(field) {
  clearTimeout(field.pause);
  field.round += 1;
  field.accept.disabled = true;
  setTilt(field, Number(field.slider.value));
  field.stage.firstElementChild.style.rotate = `${field.tilt - field.made.tilt}deg`;
  field.pause = setTimeout(edit, PAUSE, field);
}

const steps = {
  left(field) { field.turn = (field.turn + 3) % 4; return edit(field); },
  right(field) { field.turn = (field.turn + 1) % 4; return edit(field); },
  level(field) { setTilt(field, 0); return edit(field); },

  async accept(field) {
    const { blob, width, height } = field.made;
    const file = new File([blob], field.source.name.replace(/\.\w+$/, "") + ".jpg", { type: "image/jpeg" });
    const files = new DataTransfer();
    files.items.add(file);
    field.accepted = file;
    field.input.files = files.files;
    closeEditor(field);
    field.adjust.hidden = false;
    say(field, `已采用处理后的图片（${facts(blob.size, width, height)}），随表单一起上传。`);
    field.input.focus();
    field.input.dispatchEvent(new Event("change", { bubbles: true }));
    await show(field.preview, blob, `${field.name}，待上传`);
  },

  again(field) {
    field.input.value = "";
    closeEditor(field);
    field.preview.replaceChildren(...field.stored);
    say(field, "请重新选择图片。");
    field.input.focus();
    field.input.click();
  },
};

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-image-field] input[type=file]")) return;
  const field = fieldOf(event.target);
  if (event.target.files[0] && event.target.files[0] === field.accepted) return;
  field.accepted = null;
  choose(field);
});

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-image-tilt]")) slide(fieldOf(event.target));
});

document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-image-do]")?.dataset.imageDo;
  if (step) steps[step](fieldOf(event.target));
  else if (event.target.closest("[data-image-adjust]")) edit(fieldOf(event.target));
});

// A form does not leave without the picture that somebody is still looking at.
document.addEventListener("submit", (event) => {
  const editor = event.target.querySelector("[data-image-editor]:not([hidden])");
  if (!editor) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const field = fieldOf(editor);
  say(field, `“${field.name}”还没有选定：请点“用这张”，或“重选”。`, true);
  editor.focus();
}, true);
