// The form of a trade: fields appear under the choice that calls for them, and numbers are checked as typed.
// What is hidden keeps what was typed; the server ignores what does not apply, and has the last word on every check.

const form = document.querySelector("[data-trade-form]");
const control = (name) => form.elements[name];
const VIN_VALUES = Object.fromEntries([..."ABCDEFGHJKLMNPRSTUVWXYZ"].map((letter, place) => [letter, Number("12345678123457923456789"[place])]));
const VIN_WEIGHTS = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const PLATE = /^[\u4e00-\u9fa5][A-HJ-NP-Z](?:[A-HJ-NP-Z0-9]{5}|[A-HJK][A-HJ-NP-Z0-9]\d{4}|\d{5}[A-HJK]|[A-HJ-NP-Z0-9]{4}[挂学警领港澳]|[A-HJ-NP-Z0-9]{5}临)$|^使\d{6}$/;

const tidy = (text) => text.normalize("NFKC").replace(/[\s·・‧•]+/g, "").toUpperCase();

function valueOf(name) {
  const found = control(name);
  return found instanceof RadioNodeList || found?.value !== undefined ? found.value : "";
}

// data-when="a=X Y;b=Z": shown while a is X or Y and b is Z.
function showFields() {
  for (const part of form.querySelectorAll("[data-when]")) {
    part.hidden = !part.dataset.when.split(";").every((condition) => {
      const [name, wanted] = condition.split("=");
      return wanted.split(" ").includes(valueOf(name));
    });
  }
}

// The kinds of document a person of the chosen nationality may show, the usual one first.
function offerDocuments(prefix) {
  const select = control(`${prefix}_id_type`);
  const allowed = (valueOf(`${prefix}_nationality`) === "CN" ? select.dataset.cn : select.dataset.foreign).split(" ");
  for (const option of select.options) {
    option.hidden = option.disabled = option.value !== "" && !allowed.includes(option.value);
  }
  if (!select.value || !allowed.includes(select.value)) select.value = allowed[0];
}

function vinProblem(vin) {
  if (vin.length !== 17) return control("is_legacy_frame_no").checked ? "" : `车辆识别代号应为17位，当前${vin.length}位。`;
  const bad = [...vin].findIndex((letter) => !/[A-HJ-NPR-Z0-9]/.test(letter));
  if (bad >= 0) return `第${bad + 1}位“${vin[bad]}”不能用于车辆识别代号（只含数字和大写字母，不含I、O、Q）。`;
  const total = [...vin].reduce((sum, letter, place) => sum + (VIN_VALUES[letter] ?? Number(letter)) * VIN_WEIGHTS[place], 0);
  return "0123456789X"[total % 11] === vin[8] ? "" : "校验位（第9位）不符，请对照行驶证逐位核对。";
}

const vinSuggestion = (vin) => {
  const mended = vin.replace(/I/g, "1").replace(/[OQ]/g, "0");
  return mended !== vin && vin.length === 17 && /^[A-HJ-NPR-Z0-9]{17}$/.test(mended) ? mended : "";
};

function idProblem(number, kind) {
  if (kind !== "RESIDENT_ID") return "";
  if (/^\d{15}$/.test(number)) return "15位旧身份证号码已停用，请填写18位号码。";
  if (!/^[1-6]\d{16}[\dX]$/.test(number)) return `身份证号码应为18位，末位可为X，当前${number.length}位。`;
  const total = ID_WEIGHTS.reduce((sum, weight, place) => sum + weight * Number(number[place]), 0);
  return "10X98765432"[total % 11] === number[17] ? "" : "身份证号码校验不通过，请逐位核对。";
}

function plateProblem(plate) {
  return PLATE.test(plate) ? "" : "车牌号码格式不正确；新能源号牌为8位，普通号牌为7位。";
}

// The kind of plate follows from the plate where nobody chose one; it can be changed.
function guessPlateType() {
  const plate = tidy(control("plate_no").value);
  const select = control("plate_type");
  if (select.value) return;
  if (valueOf("plate_status") === "NONE") select.value = "41";
  else if (/^.[A-Z][A-HJK][A-Z0-9]\d{4}$/.test(plate)) select.value = "52";
  else if (/^.[A-Z]\d{5}[A-HJK]$/.test(plate)) select.value = "51";
  else if (/^.[A-Z][A-Z0-9]{5}$/.test(plate)) select.value = "02";
}

// A note under the control, gone as soon as there is nothing to say.
function note(input, text, mended = "") {
  const place = input.closest(".field");
  place.querySelector("[data-live-note]")?.remove();
  if (!text) return;
  const line = document.createElement("p");
  line.className = "field-live";
  line.dataset.liveNote = "";
  line.setAttribute("role", "status");
  line.textContent = text;
  if (mended) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-outline-primary btn-sm";
    button.textContent = `改为 ${mended}`;
    button.addEventListener("click", () => {
      input.value = mended;
      input.dispatchEvent(new Event("change", { bubbles: true }));
      input.focus();
    });
    line.append(" ", button);
  }
  place.append(line);
}

function check(input) {
  const text = tidy(input.value);
  if (!text) note(input, "");
  else if (input.name === "vin") note(input, vinProblem(text), vinSuggestion(text));
  else if (input.name === "plate_no") note(input, plateProblem(text));
  else if (input.name.endsWith("_id_number")) note(input, idProblem(text, valueOf(input.name.replace("id_number", "id_type"))));
}

function fillOwn(button) {
  const prefix = button.dataset.ownParty;
  for (const radio of control(`${prefix}_party_kind`)) radio.checked = radio.value === "ORG";
  control(`${prefix}_name`).value = form.dataset.ownName;
  control(`${prefix}_uscc`).value = form.dataset.ownUscc;
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

if (form) {
  form.addEventListener("change", (event) => {
    for (const prefix of ["seller", "buyer"]) {
      if (event.target.name === `${prefix}_nationality`) offerDocuments(prefix);
      if (event.target.name === `${prefix}_id_type`) check(control(`${prefix}_id_number`));
    }
    if (event.target.name === "is_legacy_frame_no") check(control("vin"));
    if (event.target.matches?.("input[type=text], input:not([type])")) check(event.target);
    if (event.target.name === "plate_no" || event.target.name === "plate_status") guessPlateType();
    showFields();
  });
  ["seller", "buyer"].forEach((prefix) => offerDocuments(prefix));
  for (const button of form.querySelectorAll("[data-own-party]")) {
    button.hidden = false;
    button.addEventListener("click", () => fillOwn(button));
  }
  showFields();
}
