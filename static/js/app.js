// On every page: focus on errors, no unsaved change lost, no form sent twice, confirmations, and the end of the session.

const WARN_SECONDS = 120;
const LAST_SEEN = "autoflow-last-seen";

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function focusErrors() {
  document.querySelector("[data-error-summary], [data-asks]")?.focus();
}

// Forms with data-warn-unsaved ask before they are left; a page that came back with errors holds unsaved input already,
// unless it says "kept".
// A form that saves itself says so by the events "saved" and "note".
function watchUnsaved() {
  const dirty = new Set();
  const say = (text) => {
    for (const note of document.querySelectorAll("[data-unsaved-note]")) {
      if (note.textContent !== text) note.textContent = text;
      note.classList.toggle("is-saved", !dirty.size);
    }
  };
  const show = () => say(dirty.size ? "有未保存的修改" : "");
  for (const form of document.querySelectorAll("form[data-warn-unsaved]")) {
    const mark = () => { dirty.add(form); show(); };
    form.addEventListener("input", mark);
    form.addEventListener("change", mark);
    form.addEventListener("submit", () => { dirty.clear(); });
    form.addEventListener("saved", () => { dirty.delete(form); });
    form.addEventListener("note", (event) => { say(event.detail); });
    if (document.querySelector("[data-error-summary]") && form.dataset.warnUnsaved !== "kept") mark();
  }
  window.addEventListener("beforeunload", (event) => {
    if (dirty.size) event.preventDefault();
  });
}

// What a form kept in this tab goes with the person who typed it.
function forgetAtSignOut() {
  document.querySelector("[data-sign-out]")?.addEventListener("submit", () => {
    try { sessionStorage.clear(); } catch { /* storage is off */ }
  });
}

function guardSubmits() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented || form.matches("[hx-post], [data-allow-again]")) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "true";
    event.submitter?.setAttribute("aria-disabled", "true");
    event.submitter?.classList.add("disabled");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("[aria-disabled].disabled")) {
        button.removeAttribute("aria-disabled");
        button.classList.remove("disabled");
      }
    }
  });
}

function complaint(control) {
  const { validity } = control;
  const label = (control.labels?.[0]?.textContent ?? control.ariaLabel ?? "").replace(/[*\s]/g, "").replace(/必填$/, "");
  const name = label ? `“${label}”` : "此项";
  if (validity.valueMissing) {
    if (control.matches("[type=checkbox]")) return `请勾选${name}。`;
    return control.matches("select, [type=radio], [type=file]") ? `请选择${name}。` : `请填写${name}。`;
  }
  if (validity.tooShort) return `${name}至少填写 ${control.minLength} 个字。`;
  if (validity.tooLong) return `${name}最多填写 ${control.maxLength} 个字。`;
  if (validity.rangeUnderflow) return `${name}不能小于 ${control.min}。`;
  if (validity.rangeOverflow) return `${name}不能大于 ${control.max}。`;
  return `${name}填写得不正确，请核对。`;
}

// What a browser says of a control it does not accept is in the browser's language; ours names the field in Chinese.
// A word once said would keep the control refused, so it is taken back before the browser looks again.
function complainInChinese() {
  const told = new Set();
  const takeBack = () => {
    for (const control of told) control.setCustomValidity("");
    told.clear();
  };
  document.addEventListener("invalid", (event) => {
    if (event.target.validity.customError) return;
    event.target.setCustomValidity(complaint(event.target));
    told.add(event.target);
  }, true);
  for (const kind of ["input", "change", "click"]) document.addEventListener(kind, takeBack, true);
  document.addEventListener("keydown", (event) => { if (event.key === "Enter") takeBack(); }, true);
}

// A confirmation is a <details> without scripts and a modal dialog with them.
function raiseConfirmations() {
  for (const details of document.querySelectorAll("details[data-confirm]")) {
    const body = details.querySelector("[data-confirm-body]");
    const summary = details.querySelector("summary");
    const dialog = element("dialog");
    const cancel = body.querySelector("[data-confirm-cancel]");
    const open = () => {
      details.open = false;
      dialog.append(body);
      cancel.hidden = false;
      dialog.showModal();
    };
    dialog.setAttribute("aria-label", body.querySelector("h2").textContent);
    summary.setAttribute("role", "button");
    summary.setAttribute("aria-haspopup", "dialog");
    details.after(dialog);
    cancel.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => summary.focus());
    summary.addEventListener("click", (event) => { event.preventDefault(); open(); });
    if (details.open && !document.querySelector("[data-error-summary]")) open();
  }
}

// data-shortcut="KeyY" is pressed by Alt and that key, as the page shows it; in the dialog it opened the same keys press
// the button that does it.
function bindShortcuts() {
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.repeat) return;
    const target = document.querySelector(`[data-shortcut="${CSS.escape(event.code)}"]`);
    const dialog = document.querySelector("dialog[open]");
    if (!target || (dialog && target.nextElementSibling !== dialog)) return;
    event.preventDefault();
    if (dialog) dialog.querySelector("[type=submit]").click();
    else (target.matches("details") ? target.querySelector("summary") : target).click();
  });
}

function watchSession() {
  const seconds = Number(document.body.dataset.sessionSeconds);
  if (!seconds) return;
  const seen = () => { try { localStorage.setItem(LAST_SEEN, String(Date.now())); } catch { /* storage is off */ } };
  const lastSeen = () => { try { return Number(localStorage.getItem(LAST_SEEN)); } catch { return 0; } };
  const loaded = Date.now();
  seen();
  document.addEventListener("seen", seen);

  const text = element("p");
  const stay = element("button", { type: "button", className: "btn btn-primary", textContent: "继续使用" });
  const heading = element("h2", { textContent: "登录即将超时" });
  const dialog = element("dialog", {}, element("div", { className: "confirm-body" }, heading, text, stay));
  dialog.setAttribute("aria-label", heading.textContent);
  document.body.append(dialog);
  stay.addEventListener("click", async () => {
    const answer = await fetch(document.body.dataset.renewUrl, { redirect: "manual", credentials: "same-origin" }).catch(() => null);
    if (answer?.ok) {
      seen();
      dialog.close();
    } else {
      text.textContent = "没有连上服务器。请保留本页，在新标签页重新登录后，再回到本页继续。";
    }
  });

  setInterval(() => {
    const idle = (Date.now() - Math.max(loaded, lastSeen())) / 1000;
    const left = Math.ceil(seconds - idle);
    if (left > WARN_SECONDS) {
      if (dialog.open) dialog.close();
      return;
    }
    if (left > 0) {
      text.textContent = `您已较长时间没有操作，${Math.max(1, Math.ceil(left / 60))} 分钟内将自动退出。已填写的内容仍在本页。`;
    } else {
      heading.textContent = "登录已超时";
      text.textContent = "为保护信息安全，您已自动退出。已填写的内容仍在本页：请在新标签页重新登录，再回到本页提交。";
      stay.textContent = "已重新登录，继续";
    }
    if (!dialog.open) dialog.showModal();
  }, 5000);
}

focusErrors();
watchUnsaved();
forgetAtSignOut();
guardSubmits();
complainInChinese();
raiseConfirmations();
bindShortcuts();
watchSession();
