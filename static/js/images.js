// Previews a chosen image; one over the limit is not sent but may be shrunk here, and the person looks at the result first.

const TYPES = ["image/jpeg", "image/png"];
const LONGEST_SIDE = 2400;
const QUALITIES = [0.9, 0.8, 0.7, 0.6];
const tooLarge = new WeakMap();

const kilobytes = (bytes) => `${Math.ceil(bytes / 1024)} KB`;
const partsOf = (input) => {
  const field = input.closest("[data-image-field]");
  return {
    name: field.dataset.imageField,
    preview: field.querySelector("[data-image-preview]"),
    message: field.querySelector("[data-image-message]"),
    shrink: field.querySelector("[data-image-shrink]"),
  };
};

function say(input, text, refused = false) {
  const { message } = partsOf(input);
  message.textContent = text;
  message.classList.toggle("is-refused", refused);
}

function show(input, file) {
  const { name, preview } = partsOf(input);
  const image = document.createElement("img");
  image.alt = `${name}，待上传`;
  image.src = URL.createObjectURL(file);
  image.addEventListener("load", () => URL.revokeObjectURL(image.src));
  image.addEventListener("error", () => say(input, "图片已损坏或不完整，请重新扫描上传。", true));
  preview.replaceChildren(image);
}

function choose(input) {
  const [file] = input.files;
  const { name, shrink } = partsOf(input);
  shrink.hidden = true;
  if (!file) {
    say(input, "");
  } else if (!TYPES.includes(file.type)) {
    input.value = "";
    say(input, `“${name}”须为 jpg 或 png 图片，请重新选择。`, true);
  } else if (file.size > Number(input.dataset.maxBytes)) {
    tooLarge.set(input, file);
    input.value = "";
    shrink.hidden = false;
    say(input, `“${name}”为 ${kilobytes(file.size)}，超过 300 KB，不能直接上传。可在此压缩，或重新扫描后选择。`, true);
  } else {
    show(input, file);
    say(input, `已选择 ${file.name}（${kilobytes(file.size)}），保存后上传。`);
  }
}

async function smaller(file, limit) {
  const bitmap = await createImageBitmap(file);
  const canvas = document.createElement("canvas");
  for (let scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height)); scale > 0.1; scale *= 0.8) {
    canvas.width = Math.round(bitmap.width * scale);
    canvas.height = Math.round(bitmap.height * scale);
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    for (const quality of QUALITIES) {
      const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", quality); });
      if (blob && blob.size <= limit) return blob;
    }
  }
  return null;
}

async function shrink(input) {
  const file = tooLarge.get(input);
  say(input, "正在压缩…");
  const blob = await smaller(file, Number(input.dataset.maxBytes)).catch(() => null);
  if (!blob) {
    say(input, "图片已损坏或不能压缩，请重新扫描上传。", true);
    return;
  }
  const files = new DataTransfer();
  files.items.add(new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }));
  input.files = files.files;
  partsOf(input).shrink.hidden = true;
  show(input, blob);
  say(input, `已压缩为 ${kilobytes(blob.size)}。请看预览，文字清晰可读再保存。`);
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-image-field] input[type=file]")) choose(event.target);
});
document.addEventListener("click", (event) => {
  if (event.target.matches("[data-image-shrink]")) {
    shrink(event.target.closest("[data-image-field]").querySelector("input[type=file]"));
  }
});
