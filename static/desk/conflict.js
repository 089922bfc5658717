// Two people on one entry: both texts, and the ways on. Nothing is overwritten before one of them is chosen.
import { form, giveUp, key, keep, state } from "./box.js";
import { isSeen, openEntry } from "./editing.js";
import { newKey } from "./kept.js";
import { say } from "./line.js";

const panel = document.querySelector("#conflict");
let refused = null;

// `answer` has both texts with what differs marked (`theirs`, `mine`), and the entry as it is now.
export function showConflict(action, answer) {
  panel.querySelector(".theirs").innerHTML = answer.theirs;
  panel.querySelector(".mine").innerHTML = answer.mine;
  refused = { action, now: answer.now, key: key() };
  // Of what was written as a new one: it may be another story than what has gone out from this form.
  panel.querySelector("[data-do=as-new]").hidden = Boolean(state.open);
  panel.hidden = false;
  say(answer.error, "problem");
  panel.scrollIntoView({ block: "nearest" });
}

// The action to send again with what stands in the box; null where that is another entry by now.
export function keepMine() {
  panel.hidden = true;
  if (refused?.key !== key()) return null;
  form.elements.based_on.value = refused.now.version;
  return isSeen(refused.now) ? "save" : refused.action;
}

// What stands in the box is an entry of its own.
export function asNew() {
  panel.hidden = true;
  if (refused?.key !== key()) return null;
  form.elements.key.value = newKey();
  form.elements.based_on.value = 0;
  state.unanswered = [];
  keep();
  return refused.action;
}

export function takeTheirs() {
  if (refused?.key !== key()) return;
  giveUp();
  openEntry(refused.now);
}
