// What a reader types is kept in this browser until it is sent, by place; near the limit its characters are counted.
import { keep, kept } from "./kept.js";

const KEY = "newsroom-drafts";
const LIMITS = { most: 20, days: 7 };
const SAVED_AFTER = 300;
const COUNTED_FROM = 0.9;
const words = document.querySelector("#words")?.dataset;
// Forms that have been typed in since they were saved, with their timers.
const typedIn = new Map();
// What each edit began with.
const bases = new WeakMap();

// A text that was sent from a page of its own has arrived where it shows.
if (/^\/c\/\d+\/(mine\/)?$/.test(location.pathname)) {
  for (const [place, draft] of Object.entries(kept(KEY))) if (draft.sent) forget(place);
}
for (const form of document.querySelectorAll("form.write")) {
  watch(form);
  form.addEventListener("submit", ({ submitter }) => submitter?.name !== "preview" && save(form, true));
}
addEventListener("pagehide", saveAll);
document.addEventListener("visibilitychange", () => document.hidden && saveAll());

export function watch(form) {
  const area = form.querySelector("textarea");
  if (!area) return;
  const place = placeOf(form);
  const { text = "", base } = kept(KEY)[place] ?? {};
  if (place.endsWith("/edit/")) {
    // One that comes back, refused or as a preview, began with what it did before.
    bases.set(form, base !== undefined && text.trim() === area.value.trim() ? base : area.defaultValue);
    // A draft of a text that is another now would undo what it has become.
    if (base === area.defaultValue) area.value = text;
  } else if (!area.value) area.value = text;
  area.addEventListener("input", () => {
    // Not put off by the next key: who never pauses has a draft too.
    if (!typedIn.has(form)) typedIn.set(form, setTimeout(() => saveTyped(form), SAVED_AFTER));
    count(area);
  });
  count(area);
}

export function save(form, sent) {
  clearTimeout(typedIn.get(form));
  typedIn.delete(form);
  const text = form.querySelector("textarea")?.value;
  if (text === undefined) return;
  const base = bases.get(form);
  keep(KEY, placeOf(form), text.trim() && text !== base ? { text, sent, base } : null, LIMITS);
}

function saveTyped(form) {
  if (form.isConnected) save(form);
  else typedIn.delete(form);
}

function saveAll() {
  for (const form of typedIn.keys()) saveTyped(form);
}

export function forget(place) {
  keep(KEY, place, null, LIMITS);
}

export function placeOf(form) {
  const { pathname, search } = new URL(form.getAttribute("action") || location.href, location.href);
  return pathname + search;
}

export const drafted = () => kept(KEY);

function count(area) {
  const most = Number(words?.most);
  let said = area.form.querySelector(".count");
  // As people count: a family emoji is one. What is short of it in code units is so in these too.
  const counts = area.name === "text" && most && area.value.length > most * COUNTED_FROM;
  const number = counts ? [...new Intl.Segmenter().segment(area.value.trim())].length : 0;
  if (number <= most * COUNTED_FROM || !counts) return said?.remove();
  if (!said) {
    said = document.createElement("p");
    said.className = "count help";
    said.role = "status";
    area.after(said);
  }
  const written = (value) => value.toLocaleString(document.documentElement.lang, { numberingSystem: "latn" });
  said.textContent = words.of.replace("%(n)s", written(number)).replace("%(most)s", written(most));
  said.classList.toggle("over", number > most);
}
