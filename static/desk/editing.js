// An entry in the composer: opened, shown to be open, and left.
import { fill, form, fromAside, giveUp, key, keep, putAside, state, text } from "./box.js";
import { plainKey } from "./kept.js";
import { ask, desk, say, token, words } from "./line.js";
import * as photographs from "./photographs.js";

const PRESENT_EVERY = 10_000;
let present;
// What is done first when something else comes into the box: sending.js says it, which knows this file, not the other way.
let setAside = () => {};

export function beforeAnother(call) {
  setAside = call;
}

export async function edit(address) {
  try {
    const entry = await ask(address);
    if (!(await mayLeave())) return;
    setAside();
    if (plainKey(entry.key) === plainKey(key())) {
      // It stands in the box already, as it was typed on since.
      state.open = opened(entry);
      show();
      keep();
      text.focus();
    } else {
      putAside();
      openEntry(entry, fromAside(entry.key));
    }
    say("");
    form.scrollIntoView({ block: "nearest" });
  } catch (error) {
    say(error.message || words.away, "problem");
  }
}

// `entry` as the site gives it; `typed`: how it was typed on here.
export function openEntry(entry, typed) {
  put(typed ? { ...typed, open: opened(entry) } : { ...entry, based_on: entry.version, open: opened(entry) });
}

// Into the box, in the place of what stands there.
function put(values) {
  tellLeft();
  fill(values);
  show();
  text.focus();
}

export function opened({ id, state: its, state_name, name, note }) {
  return { id, state: its, state_name, name, note };
}

// Back to what was written before, or to an empty box.
export function leave() {
  const next = state.aside.pop();
  put(next);
  if (next?.problem) say(next.problem, "problem");
}

export async function leaveUnsaved() {
  if (!(await mayLeave())) return;
  setAside();
  giveUp();
  leave();
}

export async function takeBack() {
  const left = state.left.at(-1);
  if (!left || !(await mayLeave())) return;
  setAside();
  putAside();
  state.left = state.left.slice(0, -1);
  put(left);
}

// Not with a photograph that has not come through: it would be gone with its file.
export async function mayLeave() {
  if (photographs.areComing()) say(words.photo);
  await photographs.come();
  if (!photographs.lost()) return true;
  say(words.photoLost, "problem");
  return false;
}

// What the form looks like for what it holds.
export function show() {
  const mode = form.querySelector("#mode");
  const seen = isSeen();
  mode.hidden = !state.open;
  mode.querySelector(".which").textContent = state.open ? `${state.open.name ?? ""} (${state.open.state_name ?? state.open.state})` : "";
  mode.querySelector(".note").textContent = state.open?.note ?? "";
  form.querySelector(".only-published").hidden = state.open?.state !== "published";
  form.querySelector(".only-new").hidden = seen;
  form.querySelector("[name=at]").closest("p").hidden = seen;
  // What waits can be saved, to go on waiting, or sent out.
  form.querySelector("button.default").hidden = seen;
  form.querySelector("[data-send=save]").hidden = !seen && !["scheduled", "submitted"].includes(state.open?.state);
  form.querySelector("[data-send=draft]").hidden = Boolean(state.open && state.open.state !== "draft");
  clearInterval(present);
  if (!state.open) return;
  tellPresence();
  present = setInterval(tellPresence, PRESENT_EVERY);
}

// It has gone out, and was typed on meanwhile: from now on that is an edit of it, and shown to be one.
export function becomesAnEdit(entry, before) {
  state.open = opened(entry);
  state.before = before;
  show();
  keep();
}

// Do readers see it, or have they?
export function isSeen(entry = state.open) {
  return ["published", "withdrawn"].includes(entry?.state);
}

export function tellLeft() {
  if (state.open) tellPresence(true);
}

function tellPresence(gone) {
  const told = new FormData();
  if (gone === true) told.set("left", "1");
  told.set("csrfmiddlewaretoken", token());
  // Also while the page is being closed.
  navigator.sendBeacon(`${desk.base}entries/${state.open.id}/editing/`, told);
}
