// The composer's buttons and keys.
import { follow } from "./beside.js";
import { form, keep, restore, state } from "./box.js";
import { asNew, keepMine, takeTheirs } from "./conflict.js";
import { edit, leaveUnsaved, mayLeave, show, takeBack, tellLeft } from "./editing.js";
import { ask, desk, say, words } from "./line.js";
import * as photographs from "./photographs.js";
import { changedSince, keepDraft, primary, queueIt, send, setAside, settleRestored, tryAgain } from "./sending.js";
import "./text.js";
import "./words.js";

const DRAFT_EVERY = 8000;
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const KEYS = {
  KeyD: () => send("draft"),
  KeyP: () => document.querySelector("[data-do=preview]").click(),
  KeyK: () => form.elements.is_key_event.click(),
  KeyI: () => form.elements.pin.click(),
  KeyH: () => form.elements.headline.focus(),
  KeyF: () => document.querySelector("#choose").click(),
  KeyL: () => document.querySelector("#beside [data-edit]")?.focus(),
};
const BUTTONS = {
  leave: leaveUnsaved,
  try: tryAgain,
  next: queueIt,
  "take-back": takeBack,
  "keep-mine": () => sendAfter(keepMine()),
  "as-new": () => sendAfter(asNew()),
  "take-theirs": async () => {
    if (!(await mayLeave())) return;
    setAside();
    takeTheirs();
  },
};

photographs.watch(changedSince);
follow(edit, takeNote);
if (MAC) showMacKeys();
form.addEventListener("input", changedSince);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send(primary());
});
document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("button");
  if (button?.type === "button" && button.dataset.send) send(button.dataset.send);
  else BUTTONS[button?.dataset.do]?.();
});
document.addEventListener("keydown", shortcut);
document.querySelector("#hold")?.addEventListener("change", setHold);
addEventListener("online", tryAgain);
addEventListener("pagehide", tellLeft);
setInterval(keepDraft, DRAFT_EVERY);

await restore();
await settleRestored();
show();
const wanted = new URLSearchParams(location.search).get("edit");
if (wanted && /^\d+$/.test(wanted)) await edit(`${desk.base}entries/${wanted}/`);
// For who drives the page from outside.
document.querySelector("#desk").dataset.ready = "";
// What waited for the line when the page was closed.
tryAgain();

function shortcut(event) {
  if (document.querySelector("dialog[open]")) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    // In the form of title and lead it is that one's chord.
    const other = event.target.closest?.("form");
    if (other && other !== form) other.requestSubmit();
    else send(primary());
  } else if (isShortcut(event)) {
    event.preventDefault();
    KEYS[event.code]();
  } else if (event.key === "Escape" && state.open) leaveUnsaved();
}

// By its place on the keyboard, as letters are others on others. A Mac's Option alone types signs that words are made of.
function isShortcut({ altKey, ctrlKey, metaKey, code }) {
  return altKey && ctrlKey === MAC && !metaKey && code in KEYS;
}

function sendAfter(action) {
  if (action) send(action);
}

// What is done in the list to the entry that is open in the box is no conflict with it, where nobody else has changed it.
function takeNote({ id, version, was }, action) {
  if (state.open?.id !== id || Number(form.elements.based_on.value) !== was) return;
  form.elements.based_on.value = version;
  if (action === "key-event" || action === "ordinary") form.elements.is_key_event.checked = action === "key-event";
  keep();
}

async function setHold({ target }) {
  const data = new FormData();
  data.set("seconds", target.value);
  try {
    await ask(target.dataset.address, data);
  } catch (error) {
    say(error.message || words.away, "problem");
  }
}

function showMacKeys() {
  for (const key of document.querySelectorAll("kbd")) {
    key.textContent = key.textContent.replace("Ctrl", "⌘").replace("Alt", "⌃⌥").replace("Shift", "⇧");
  }
}
