// An entry in the composer: opened, shown to be open, and left.
import { fill, form, isChanged, putAside, snapshot, state, text } from "./box.js";
import { ask, desk, say, token, words } from "./line.js";
import * as photographs from "./photographs.js";

const PRESENT_EVERY = 10_000;
let present;
// What was changed in an entry that was left without saving.
let left = null;

export async function edit(address) {
  try {
    const entry = await ask(address);
    // They belong to what is put aside.
    await photographs.come();
    putAside();
    openEntry(entry);
    form.scrollIntoView({ block: "nearest" });
  } catch (error) {
    say(error.message || words.away, "problem");
  }
}

// `entry` as the site gives it.
export function openEntry({ id, state: its, note, version, ...values }) {
  tellLeft();
  fill({ ...values, based_on: version, open: { id, state: its, note } });
  show();
  text.focus();
}

// Back to what was written before, or to an empty box.
export function leave() {
  tellLeft();
  const next = state.aside.pop();
  fill(next);
  show();
  text.focus();
  if (next?.problem) say(next.problem, "problem");
}

export function leaveUnsaved() {
  if (isChanged()) keepLeft();
  leave();
}

// What stands in the box is given up, and can be had again.
export function keepLeft() {
  left = snapshot();
  document.querySelector("#left").hidden = false;
}

export function takeBack() {
  if (!left) return;
  putAside();
  tellLeft();
  fill(left);
  show();
  left = null;
  document.querySelector("#left").hidden = true;
  text.focus();
}

// What the form looks like for what it holds.
export function show() {
  const mode = form.querySelector("#mode");
  const seen = isSeen();
  mode.hidden = !state.open;
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

// Do readers see it, or have they?
export function isSeen() {
  return ["published", "withdrawn"].includes(state.open?.state);
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
