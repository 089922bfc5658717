// What stands in the composer: read, filled, and kept with every key.
import { keepBox, newKey, plainKey, takeUp } from "./kept.js";
import { say, words } from "./line.js";
import * as photographs from "./photographs.js";

export const form = document.querySelector("#composer");
export const text = form.elements.text;
const TYPED = ["headline", "text", "at", "label", "source_url", "tags", "correction"];
const CHECKED = ["is_key_event", "pin"];
const MOST_UNANSWERED = 5;
const MOST_LEFT = 10;

// `open`: the id, state, name and note of the entry that is edited; null while a new one is written. `before`: how it was
// when it was opened, to see what has been typed since. `aside`: what stood in the box when another entry was opened, the
// last to come back first. `left`: what was given up, to be had again. `unanswered`: contents that were sent and may have
// arrived, as no answer came.
export const state = { open: null, before: "", aside: [], left: [], unanswered: [] };

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

// All that readers get of it, tidied as the site does, to tell whether two are the same: of a form, or as the site has it.
export function contents({ headline, text, label, source_url, tags, is_key_event, bylines, photographs }) {
  const tidy = (written) => written.normalize("NFC").replace(/\s+/g, " ").trim();
  const named = [...new Set(tags.split(",").map((tag) => tidy(tag).toLowerCase()).filter(Boolean))];
  const source = source_url && !/^\w+:\/\//.test(source_url) ? `https://${source_url}` : source_url;
  const shown = photographs.map(({ id, alt, caption, credit }) => [id, tidy(alt), tidy(caption), tidy(credit)]);
  return JSON.stringify([tidy(headline), tidy(text), label, source, named, Boolean(is_key_event), bylines, shown]);
}

// Of all that can be typed; "" where there is nothing to read.
export function fingerprint(values = snapshot()) {
  const anything = values.headline.trim() || values.text.trim() || values.photographs.length;
  const fields = [...TYPED, ...CHECKED, "bylines", "photographs"].map((name) => values[name]);
  return anything ? JSON.stringify(fields) : "";
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
  const anything = isChanged() || state.open || state.aside.length || state.left.length;
  const kept = keepBox(anything ? { ...snapshot(), aside: state.aside, left: state.left } : null);
  if (!kept) form.querySelector("#saved").textContent = words.full;
  document.querySelector("#left").hidden = !state.left.length;
}

// Before something else comes into the box. Of one entry nothing is kept twice.
export function putAside() {
  if (isChanged()) state.aside.push(snapshot());
}

// What is put aside of the entry with this key, which is then no more aside.
export function fromAside(wanted) {
  const found = state.aside.find((values) => plainKey(values.key) === plainKey(wanted));
  state.aside = state.aside.filter((values) => values !== found);
  return found;
}

// What stands in the box is given up, and can be had again.
export function giveUp() {
  if (isChanged()) state.left = [...state.left, snapshot()].slice(-MOST_LEFT);
}

// It comes into the box when what stands there is done.
export function queueBehind(values) {
  state.aside.unshift(values);
  keep();
}

// Remembered before it is sent: the page may not live to see the answer.
export function expectAnswer(values) {
  state.unanswered = [...state.unanswered, contents(values)].slice(-MOST_UNANSWERED);
  keep();
}

// The site has said no, so it has not arrived.
export function expectNone(values) {
  state.unanswered = state.unanswered.filter((content) => content !== contents(values));
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
  state.left = found.left ?? [];
  if (isChanged()) {
    // Somebody types already.
    queueBehind(found);
  } else {
    fill(found);
    if (isChanged()) say(words.restored);
  }
}
