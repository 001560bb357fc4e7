// A report keeps itself while it is filled in: every change is saved after a pause, and what another tab saved is told.

const PAUSE = 3000;
const form = document.querySelector("[data-report-form]");
const note = form.querySelector("[data-unsaved-note]");
let timer = 0;
let isSaving = false;
let isStopped = false;
let changes = 0;

function body() {
  const texts = [...new FormData(form)].filter(([, value]) => !(value instanceof File));
  const data = new URLSearchParams(texts);
  data.set("action", "autosave");
  return data;
}

async function save() {
  if (isSaving || isStopped) return;
  isSaving = true;
  const saved = changes;
  try {
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: body(), redirect: "error" });
    const found = await answer.json();
    if (answer.ok) {
      form.elements.revision.value = found.revision;
      note.textContent = `已自动保存 ${found.saved_at}`;
      if (saved === changes) form.dispatchEvent(new CustomEvent("autosaved", { detail: found }));
    } else {
      isStopped = answer.status === 409;
      note.textContent = found.message;
    }
  } catch {
    note.textContent = "自动保存没有成功，请点“保存草稿”。";
  }
  isSaving = false;
  if (saved !== changes) plan();
}

function plan() {
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
}

form.addEventListener("input", () => {
  changes += 1;
  plan();
});
form.addEventListener("submit", () => {
  isStopped = true;
  clearTimeout(timer);
});
