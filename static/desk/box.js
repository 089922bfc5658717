// What stands in the composer: read, filled, and kept with every key.
import { kept, newKey, takeUp } from "./kept.js";
import { say, words } from "./line.js";
import * as photographs from "./photographs.js";

export const form = document.querySelector("#composer");
export const text = form.elements.text;
const TYPED = ["headline", "text", "at", "label", "source_url", "tags", "correction"];
const CHECKED = ["is_key_event", "pin"];
const MOST_UNANSWERED = 5;

// `open`: the id, state and note of the entry that is edited; null while a new one is written. `before`: how it was when it
// was opened, to see what has been typed since. `aside`: what stood in the box when another entry was opened, the last to
// come back first. `unanswered`: texts that were sent and may have arrived, as no answer came.
export const state = { open: null, before: "", aside: [], unanswered: [] };

export function key() {
  return form.elements.key.value;
}

export function snapshot() {
  const values = { key: key(), based_on: form.elements.based_on.value, photographs: photographs.kept() };
  for (const name of TYPED) values[name] = form.elements[name].value;
  for (const name of CHECKED) values[name] = form.elements[name].checked;
  values.bylines = new FormData(form).getAll("bylines");
  return { ...values, open: state.open, before: state.before, unanswered: state.unanswered };
}

// As the site takes it. Without the token, which is another one after a sign-in: it goes into a header.
export function asForm(values) {
  const data = new FormData();
  for (const name of ["key", "based_on", ...TYPED]) data.set(name, values[name]);
  for (const name of CHECKED) if (values[name]) data.set(name, "on");
  for (const name of values.bylines) data.append("bylines", name);
  data.set("photographs", JSON.stringify(values.photographs.map(({ thumb: _thumb, ...photograph }) => photograph)));
  return data;
}

// The words alone, to tell whether two texts are the same.
export function plain({ headline, text }) {
  return `${headline}\n${text}`.normalize("NFC").replace(/\s+/g, " ").trim();
}

// "" where there is nothing to keep.
export function fingerprint() {
  const { headline, text, at, label, source_url, tags, correction, is_key_event, pin, bylines, photographs } = snapshot();
  const anything = headline.trim() || text.trim() || photographs.length;
  return anything ? JSON.stringify([headline, text, at, label, source_url, tags, correction, is_key_event, pin, bylines, photographs]) : "";
}

export function isChanged() {
  return fingerprint() !== state.before;
}

export function fill(values = {}) {
  form.elements.key.value = values.key ?? newKey();
  // A new one begins with version 0: whoever changed it since, changed what stands there now.
  form.elements.based_on.value = values.based_on ?? 0;
  for (const name of TYPED) form.elements[name].value = values[name] ?? "";
  for (const name of CHECKED) form.elements[name].checked = values[name] ?? false;
  fillBylines(values.bylines);
  photographs.fill(values.photographs ?? []);
  state.open = values.open ?? null;
  state.before = values.before ?? (state.open ? fingerprint() : "");
  state.unanswered = values.unanswered ?? [];
  document.querySelector("#conflict").hidden = true;
  keep();
}

function fillBylines(names) {
  // Names that stand on an entry and are not offered here stay on it.
  form.querySelectorAll(".bylines .standing").forEach((label) => label.remove());
  const offered = [...form.querySelectorAll("input[name=bylines]")];
  for (const input of offered) input.checked = names ? names.includes(input.value) : "default" in input.dataset;
  for (const name of names ?? []) if (!offered.some((input) => input.value === name)) standing(name);
}

function standing(name) {
  const label = document.createElement("label");
  const input = Object.assign(document.createElement("input"), { type: "checkbox", name: "bylines", value: name, checked: true });
  label.className = "standing";
  label.append(input, " ", name);
  form.querySelector(".bylines").append(label);
}

export function keep() {
  const anything = isChanged() || state.open || state.aside.length;
  kept.box = anything ? { ...snapshot(), aside: state.aside } : null;
}

// Before something else comes into the box.
export function putAside() {
  if (isChanged()) state.aside.push(snapshot());
}

// It comes into the box when what stands there is done.
export function queueBehind(values) {
  state.aside.unshift(values);
  keep();
}

// Remembered before it is sent: the page may not live to see the answer.
export function expectAnswer(values) {
  state.unanswered = [...state.unanswered, plain(values)].slice(-MOST_UNANSWERED);
  keep();
}

export function answered(version) {
  state.unanswered = [];
  form.elements.based_on.value = version;
  keep();
}

// What stood here when the page was closed.
export async function restore() {
  const found = await takeUp();
  if (!found) return;
  state.aside = [...(found.aside ?? []), ...state.aside];
  if (isChanged()) {
    // Somebody types already.
    queueBehind(found);
  } else {
    fill(found);
    say(words.restored);
  }
}
