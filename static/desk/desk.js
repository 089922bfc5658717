// The composer's buttons and keys.
import { follow } from "./beside.js";
import { form, keep, restore, state } from "./box.js";
import { keepMine, takeTheirs } from "./conflict.js";
import { edit, leaveUnsaved, show, takeBack, tellLeft } from "./editing.js";
import { ask, desk, say, words } from "./line.js";
import * as photographs from "./photographs.js";
import { keepDraft, primary, queueIt, send, tryAgain, undo } from "./sending.js";
import "./text.js";
import "./words.js";

const DRAFT_EVERY = 8000;
const TRY_EVERY_START = 100;
const KEYS = {
  KeyD: () => send("draft"),
  KeyP: () => document.querySelector("[data-do=preview]").click(),
  KeyK: () => form.elements.is_key_event.click(),
  KeyI: () => form.elements.pin.click(),
  KeyH: () => form.elements.headline.focus(),
  KeyF: () => document.querySelector("#choose").click(),
  KeyL: () => document.querySelector("#beside [data-edit]")?.focus(),
};
const BUTTONS = { leave: leaveUnsaved, try: tryAgain, undo, "keep-mine": saveMine, "take-theirs": takeTheirs, next: queueIt, "take-back": takeBack };

photographs.watch(keep);
follow(edit, takeNote);
if (/Mac|iPhone|iPad/.test(navigator.platform)) asOnMac();
form.addEventListener("input", keep);
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
show();
const wanted = new URLSearchParams(location.search).get("edit");
if (wanted && /^\d+$/.test(wanted)) await edit(`${desk.base}entries/${wanted}/`);
// For who drives the page from outside.
document.querySelector("#desk").dataset.ready = "";
// What waited for the line when the page was closed.
setTimeout(tryAgain, TRY_EVERY_START);

function shortcut(event) {
  if (document.querySelector("dialog[open]")) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    // In the form of title and lead it is that one's chord.
    const other = event.target.closest?.("form");
    if (other && other !== form) other.requestSubmit();
    else send(primary());
  } else if (event.altKey && !event.ctrlKey && !event.metaKey && KEYS[event.code]) {
    event.preventDefault();
    KEYS[event.code]();
  } else if (event.key === "Escape" && state.open) leaveUnsaved();
}

// What is done in the list to the entry that is open in the box is no conflict with it.
function takeNote({ id, version }, action) {
  if (!state.open || state.open.id !== id || version === undefined) return;
  form.elements.based_on.value = version;
  if (action === "key-event" || action === "ordinary") form.elements.is_key_event.checked = action === "key-event";
  keep();
}

function saveMine() {
  const action = keepMine();
  if (action) send(action);
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

function asOnMac() {
  for (const key of document.querySelectorAll("kbd")) {
    key.textContent = key.textContent.replace("Ctrl", "⌘").replace("Alt", "⌥").replace("Shift", "⇧");
  }
}
