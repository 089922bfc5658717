// Two people on one entry: both texts, and two ways on. Nothing is overwritten before one of them is chosen.
import { form, key } from "./box.js";
import { keepLeft, openEntry } from "./editing.js";
import { say } from "./line.js";

const panel = document.querySelector("#conflict");
let refused = null;

// `answer` has both texts with what differs marked (`theirs`, `mine`), and the entry as it is now.
export function showConflict(action, answer) {
  panel.querySelector(".theirs").innerHTML = answer.theirs;
  panel.querySelector(".mine").innerHTML = answer.mine;
  refused = { action, now: answer.now, key: key() };
  panel.hidden = false;
  say(answer.error, "problem");
  panel.scrollIntoView({ block: "nearest" });
}

// The action to send again with what stands in the box; null where that is another entry by now.
export function keepMine() {
  panel.hidden = true;
  if (refused?.key !== key()) return null;
  form.elements.based_on.value = refused.now.version;
  return refused.action;
}

export function takeTheirs() {
  if (refused?.key !== key()) return;
  keepLeft();
  openEntry(refused.now);
}
