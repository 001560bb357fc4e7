// Saves the draft by itself, keeps what is typed in this tab's own storage until it is saved, and tells of other tabs.

const EVERY = 30_000;
const PAUSE = 2_000;
const PREFIX = "autoflow-form:";
const NOT_KEPT = new Set(["csrfmiddlewaretoken", "revision", "action", "warnings_checked"]);

const form = document.querySelector("form[data-autosave]");
const address = form.getAttribute("action");
const key = `${PREFIX}${form.dataset.owner}`;
const revision = form.elements.revision;
const clock = () => new Date().toTimeString().slice(0, 5);
let edits = 0;
let savedEdits = 0;
let saving = null;
let isStopped = false;
let pause = 0;
let keeping = 0;
let mark = {};
let isGone = false;

function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

const button = (text, act, css = "btn btn-outline-primary btn-sm") => {
  const made = make("button", { type: "button", className: css, textContent: text });
  made.addEventListener("click", act);
  return made;
};

function say(text) {
  form.dispatchEvent(new CustomEvent("note", { detail: text }));
}

// Above the fields and in their column; a person far down the form is led there.
function tell(panel) {
  form.prepend(panel);
  panel.scrollIntoView({ block: "nearest" });
}

// ---- this tab's storage: gone with the tab, never another person's ----

const isCount = (name) => /-(INITIAL|MIN_NUM|MAX_NUM)_FORMS$|-place$/.test(name);

function values() {
  const found = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && !NOT_KEPT.has(name) && !isCount(name)) (found[name] ??= []).push(value);
  }
  return found;
}

// What is kept carries how the page was left: "sent" by a button, or "returning" by a link that leads back here.
function keep() {
  if (isGone) return;
  try {
    sessionStorage.setItem(key, JSON.stringify({ values: values(), revision: Number(revision.value), at: clock(), ...mark }));
  } catch { /* storage is off or full: the page itself still holds everything */ }
}

function forget() {
  clearTimeout(keeping);
  try { sessionStorage.removeItem(key); } catch { /* storage is off */ }
}

function kept() {
  try {
    for (const name of Object.keys(sessionStorage)) {
      if (name.startsWith(PREFIX) && name !== key) sessionStorage.removeItem(name);
    }
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

function moreRows(name, count) {
  const set = form.querySelector(`[data-formset="${CSS.escape(name)}"]`);
  set?.dispatchEvent(new CustomEvent("more-rows", { detail: count }));
}

function restore(stored) {
  for (const [name, [count]] of Object.entries(stored.values)) {
    if (name.endsWith("-TOTAL_FORMS")) moreRows(name.slice(0, -"-TOTAL_FORMS".length), Number(count));
  }
  for (const control of form.elements) {
    const given = stored.values[control.name];
    if (!control.name || NOT_KEPT.has(control.name) || isCount(control.name) || control.name.endsWith("-TOTAL_FORMS")) continue;
    if (["checkbox", "radio"].includes(control.type)) control.checked = Boolean(given?.includes(control.value));
    else if (given && control.type !== "file") [control.value] = given;
    else continue;
    control.dispatchEvent(new Event("restore"));
    if (control.type === "checkbox") control.dispatchEvent(new Event("change", { bubbles: true }));
  }
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

// ---- saving ----

// A token is as old as the sign-in; after another one the page takes a new token and goes on.
async function renewToken() {
  const answer = await fetch(address, { redirect: "manual" });
  if (!answer.ok) return answer;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("[name=csrfmiddlewaretoken]")?.value;
  for (const input of document.querySelectorAll("[name=csrfmiddlewaretoken]")) if (token) input.value = token;
  return post();
}

function post() {
  const data = new FormData(form);
  for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
  data.set("action", "autosave");
  return fetch(address, { method: "POST", body: data, redirect: "manual", headers: { Accept: "application/json" } });
}

function place(places) {
  for (const input of form.querySelectorAll("[data-row-place]")) {
    input.value = places[input.name.replace(/-place$/, "")] ?? "";
  }
}

function accept(answer, editsThen) {
  revision.value = answer.revision;
  place(answer.places);
  savedEdits = editsThen;
  form.dispatchEvent(new CustomEvent("faults", { detail: answer.faults }));
  form.elements.jurisdiction_code.value = answer.authority;
  const pictures = [...form.querySelectorAll("input[type=file]")].some((input) => input.files.length);
  const isClean = edits === editsThen && answer.complete && !pictures;
  if (isClean) {
    form.dispatchEvent(new Event("saved"));
    forget();
  } else {
    keep();
  }
  say(pictures ? `${answer.text}；所选图片在点“保存草稿”或“提交”时上传` : answer.text);
}

function tellConflict(answer) {
  isStopped = true;
  document.querySelector("[data-conflict]")?.remove();
  const onward = () => { isStopped = false; panel.remove(); };
  const panel = make(
    "div",
    { className: "message message-warning", role: "alert" },
    make("p", { textContent: answer.message }),
    make("p", { textContent: "本页已停止自动保存，您输入的内容仍在本页。请选择：" }),
    button("以本页内容为准，继续保存", () => {
      onward();
      revision.value = answer.revision;
      place(answer.places);
      save();
    }),
    " ",
    button("放弃本页修改，查看最新内容", () => {
      isGone = true;
      forget();
      form.dispatchEvent(new Event("saved"));
      window.location.reload();
    }),
  );
  panel.dataset.conflict = "";
  tell(panel);
  say("没有自动保存：此备案已在别处保存过");
}

function tellSignedOut() {
  keep();
  const link = make("a", { href: form.dataset.signInUrl, textContent: "重新登录" });
  link.addEventListener("click", () => {
    mark = { returning: true };
    keep();
    form.dispatchEvent(new Event("saved"));
  });
  if (document.querySelector("[data-signed-out]")) return;
  const panel = make("div", { className: "message message-warning", role: "alert" }, "登录已超时，内容还没有保存，仍在本页。请", link, "，登录后会回到这里并恢复已填内容。");
  panel.dataset.signedOut = "";
  tell(panel);
  say("没有自动保存：登录已超时");
}

async function send() {
  const editsThen = edits;
  const answer = await post().then((first) => (first.status === 403 ? renewToken() : first)).catch(() => null);
  if (!answer) {
    say("没有连上服务器，稍后会再次自动保存");
    return false;
  }
  if (answer.type === "opaqueredirect") {
    tellSignedOut();
    return false;
  }
  const told = await answer.json().catch(() => ({}));
  document.dispatchEvent(new Event("seen"));
  if (answer.ok) {
    document.querySelector("[data-signed-out]")?.remove();
    accept(told, editsThen);
    return true;
  }
  if (answer.status === 409 && told.message) tellConflict(told);
  else say(`没有自动保存：${told.message ?? "请点“保存草稿”重试"}`);
  return false;
}

async function save() {
  clearTimeout(pause);
  saving ??= send().finally(() => { saving = null; });
  return saving;
}

const saveIfChanged = () => { if (edits !== savedEdits && !isStopped) save(); };

// ---- leaving, coming back ----

function watch() {
  const changed = () => {
    edits += 1;
    clearTimeout(pause);
    clearTimeout(keeping);
    keeping = setTimeout(keep, 400);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("focusout", () => {
    clearTimeout(pause);
    pause = setTimeout(saveIfChanged, PAUSE);
  });
  setInterval(saveIfChanged, EVERY);
  window.addEventListener("pagehide", () => { if (edits !== savedEdits) keep(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) saveIfChanged(); });
}

// A press on a button waits for a save under way, or the two would meet as strangers.
function holdSubmits() {
  form.addEventListener("submit", (event) => {
    if (saving) {
      event.preventDefault();
      saving.finally(() => form.requestSubmit(event.submitter));
      return;
    }
    isStopped = true;
    mark = { sent: true };
    keep();
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    isStopped = false;
    mark = {};
  });
  document.querySelector("[data-sign-out]")?.addEventListener("submit", () => { isGone = true; });
}

// «新增品牌» and the like: save first, then leave, and find everything again on coming back.
function leadAway() {
  for (const link of document.querySelectorAll("a[data-save-first]")) {
    link.removeAttribute("target");
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      if (saving) await saving;
      await save();
      if (isStopped) return;
      mark = { returning: true };
      keep();
      form.dispatchEvent(new Event("saved"));
      window.location.assign(link.href);
    });
  }
}

function takeUp(stored, text) {
  restore(stored);
  form.dispatchEvent(new Event("input", { bubbles: true }));
  keep();
  say(text);
  pause = setTimeout(saveIfChanged, PAUSE);
}

function offer(stored) {
  const panel = make("div", { className: "message message-warning", role: "status" });
  const done = () => { panel.remove(); forget(); };
  const later = Number(revision.value) > stored.revision ? "此后备案又保存过，恢复后请核对。" : "";
  panel.append(
    make("p", { textContent: `您 ${stored.at} 填写的内容还没有保存，是否恢复到本页？${later}` }),
    button("恢复", () => { done(); takeUp(stored, "已恢复未保存的内容，图片请重新选择"); }),
    " ",
    button("不恢复", done, "btn btn-link btn-sm"),
  );
  tell(panel);
}

function comeBack() {
  const stored = kept();
  if (form.dataset.autosave === "posted") {
    edits += 1;
    keep();
    return;
  }
  if (!stored?.values) return;
  const isSame = JSON.stringify(values()) === JSON.stringify(stored.values);
  const isSaved = stored.sent && Number(revision.value) > stored.revision;
  if (isSame || isSaved) {
    forget();
  } else if (stored.returning) {
    takeUp(stored, "已恢复您离开前填写的内容，图片请重新选择");
  } else {
    offer(stored);
  }
}

watch();
holdSubmits();
leadAway();
comeBack();
