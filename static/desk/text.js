// The text box: its toolbar, its shortcuts, and how its text will look.
import { ask, desk } from "./line.js";

const box = document.querySelector("#text");
const preview = document.querySelector("#preview");
const tools = document.querySelector(".tools");
const CHORDS = { KeyB: "[data-wrap='**']", KeyI: "[data-wrap='*']", KeyK: "[data-link]" };
const SHIFTED = { Digit9: "[data-line='> ']", Digit8: "[data-line='- ']" };
let timer;

tools.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (!button) return;
  if (button.dataset.wrap) wrap(button.dataset.wrap, button.dataset.wrap);
  else if ("link" in button.dataset) link();
  else if (button.dataset.line) begin(button.dataset.line);
  else if (button.dataset.do === "preview") toggle(button);
});

box.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const chosen = (event.shiftKey ? SHIFTED : CHORDS)[event.code];
  if (!chosen) return;
  event.preventDefault();
  tools.querySelector(chosen).click();
});

box.addEventListener("input", () => {
  if (preview.hidden) return;
  clearTimeout(timer);
  timer = setTimeout(show, 400);
});

// execCommand, as nothing else leaves the browser's own undo working.
function put(text, from, to) {
  box.focus();
  document.execCommand("insertText", false, text);
  box.setSelectionRange(from, to);
}

function wrap(before, after) {
  const { selectionStart: start, selectionEnd: end, value } = box;
  put(before + value.slice(start, end) + after, start + before.length, end + before.length);
}

function link() {
  const { selectionStart: start, selectionEnd: end, value } = box;
  const chosen = value.slice(start, end);
  put(`[${chosen}](https://)`, start + chosen.length + 3, start + chosen.length + 11);
}

// Every line that the selection touches begins with a mark.
function begin(mark) {
  const { selectionStart, selectionEnd: end, value } = box;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const text = value.slice(start, end).replace(/^/gm, mark);
  box.setSelectionRange(start, end);
  put(text, start + text.length, start + text.length);
}

function toggle(button) {
  preview.hidden = !preview.hidden;
  button.setAttribute("aria-pressed", String(!preview.hidden));
  if (!preview.hidden) show();
}

async function show() {
  const data = new FormData();
  data.set("text", box.value);
  // The site's own HTML, cleaned by it. A preview is not worth a word when the line is down.
  preview.innerHTML = (await ask(`${desk.base}preview/`, data, { quietly: true }).catch(() => ({ html: preview.innerHTML }))).html;
}
