// The composer: writes, keeps, sends; empties its box only when the site has said yes.
import { follow, refresh } from "./beside.js";
import { kept, newKey } from "./kept.js";
import { ask, Away, desk, token, words } from "./line.js";
import * as photographs from "./photographs.js";
import "./text.js";

const SECOND = 1000;
const DRAFT_EVERY = 8 * SECOND;
const TRY_EVERY = 3 * SECOND;
const PRESENT_EVERY = 10 * SECOND;

const form = document.querySelector("#composer");
const box = form.elements.text;
const TYPED = ["headline", "text", "at", "label", "source_url", "tags", "correction"];
const CHECKED = ["is_key_event", "pin"];
// What is edited, as the site gave it; null while a new entry is written.
let open = null;
let sending = null;
// Waits for the line: which button was pressed.
let unsent = null;
let drafted = "";
let retry;
let present;

photographs.watch(say, changed);
follow(say, edit);
restore();
const wanted = new URLSearchParams(location.search).get("edit");
if (wanted && /^\d+$/.test(wanted)) edit(`${desk.base}entries/${wanted}/`);

form.addEventListener("input", changed);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  send(primary());
});
form.addEventListener("click", ({ target }) => {
  const button = target.closest("button");
  if (button?.dataset.do === "leave") leave();
  else if (button?.type === "button" && button.dataset.send) send(button.dataset.send);
});
document.addEventListener("click", ({ target }) => ACTS[target.dataset?.do]?.());
document.querySelector("#hold")?.addEventListener("change", ({ target }) => {
  const data = new FormData();
  data.set("seconds", target.value);
  ask(target.dataset.address, data).catch((error) => say(error.message || words.away, "problem"));
});
addEventListener("online", tryAgain);
addEventListener("pagehide", () => open && tellPresence(true));
setInterval(keepDraft, DRAFT_EVERY);
document.addEventListener("keydown", shortcut);

const ACTS = { try: tryAgain, undo, "keep-mine": keepMine, "take-theirs": takeTheirs, next: queueIt };

function shortcut(event) {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    send(primary());
  } else if (event.altKey && !event.ctrlKey && !event.metaKey) {
    const act = {
      KeyD: () => send("draft"),
      KeyP: () => document.querySelector("[data-do=preview]").click(),
      KeyK: () => form.elements.is_key_event.click(),
      KeyH: () => form.elements.headline.focus(),
      KeyF: () => document.querySelector("#choose").click(),
    }[event.code];
    if (act) {
      event.preventDefault();
      act();
    }
  } else if (event.key === "Escape" && open && !document.querySelector("dialog[open]")) leave();
}

// What Ctrl+Enter does: what is published is saved, what is new or waits goes out.
function primary() {
  return open && isSeen(open) ? "save" : form.querySelector("button.default").dataset.send;
}

function isSeen(entry) {
  return entry.state === "published" || entry.state === "withdrawn";
}

// Sending

async function send(action) {
  if (sending || !form.reportValidity()) return;
  if (!box.value.trim() && !form.elements.headline.value.trim() && !photographs.written().length) {
    say(words.empty, "problem");
    box.focus();
    return;
  }
  const before = fingerprint();
  say(words.sending);
  busy(true);
  try {
    await sendQueue();
    sending = ask(`${desk.base}${desk.article}/send/${action}/`, data());
    const answer = await sending;
    accepted(action, answer, before);
  } catch (error) {
    refused(action, error);
  } finally {
    sending = null;
    busy(false);
  }
}

function accepted(action, answer, before) {
  unsent = null;
  clearTimeout(retry);
  document.querySelector("#queue").hidden = !kept.queue.length;
  say(words[answer.state === "draft" ? "draft" : action === "save" ? "kept" : answer.state] ?? words.kept, "done");
  const held = answer.state === "scheduled" && action === "publish" ? new Date(answer.at) - Date.now() : 0;
  if (held > 0 && held < 15 * SECOND) holdBack(answer.id, held);
  // Typed while it was on its way: that stays, as an edit of the same entry.
  if (fingerprint() === before) leave();
  else form.elements.based_on.value = answer.version;
  refresh();
}

function refused(action, error) {
  if (error instanceof Away) {
    unsent = action;
    waitForLine();
  } else if (error.status === 409) showConflict(action, error.answer);
  else {
    say(error.message, "problem");
    const field = Object.keys(error.answer.fields ?? {})[0];
    (form.elements[field] instanceof HTMLElement ? form.elements[field] : box).focus();
  }
}

function waitForLine() {
  const panel = document.querySelector("#queue");
  panel.querySelector(".count").textContent = kept.queue.length ? `${words.waiting} ${kept.queue.length + (unsent ? 1 : 0)}.` : "";
  panel.hidden = false;
  say(words.away, "problem");
  clearTimeout(retry);
  retry = setTimeout(tryAgain, TRY_EVERY);
}

function tryAgain() {
  clearTimeout(retry);
  if (unsent) send(unsent);
  else if (kept.queue.length) sendQueue().then(() => { document.querySelector("#queue").hidden = true; say(words.kept, "done"); refresh(); }, (error) => (error instanceof Away ? waitForLine() : say(error.message, "problem")));
}

// Sets what waits aside, so that the next one can be written meanwhile.
function queueIt() {
  if (!unsent) return;
  kept.queue = [...kept.queue, { action: unsent, fields: [...data()] }];
  unsent = null;
  leave();
  waitForLine();
}

async function sendQueue() {
  while (kept.queue.length) {
    const [first, ...rest] = kept.queue;
    const waiting = new FormData();
    for (const [name, value] of first.fields) waiting.append(name, value);
    try {
      await ask(`${desk.base}${desk.article}/send/${first.action}/`, waiting);
    } catch (error) {
      if (error instanceof Away) throw error;
      // It cannot go out as it is: back into the box, where it can be mended, unless somebody writes there.
      if (box.value.trim()) throw error;
      kept.queue = rest;
      fillFrom(first.fields);
      throw error;
    }
    kept.queue = rest;
  }
}

function fillFrom(fields) {
  const values = Object.fromEntries(fields);
  fill({ ...values, bylines: fields.filter(([name]) => name === "bylines").map(([, value]) => value), photographs: [], is_key_event: "is_key_event" in values });
}

function data() {
  const sent = new FormData(form);
  sent.set("photographs", JSON.stringify(photographs.written()));
  sent.set("csrfmiddlewaretoken", token());
  return sent;
}

// A hold: it is scheduled some seconds ahead, and can be taken back until then.

let heldId, heldTimer;

function holdBack(id, milliseconds) {
  const panel = document.querySelector("#held");
  const end = Date.now() + milliseconds;
  heldId = id;
  clearInterval(heldTimer);
  panel.hidden = false;
  const count = () => {
    const left = Math.ceil((end - Date.now()) / SECOND);
    panel.querySelector(".seconds").textContent = Math.max(0, left);
    if (left > -1) return;
    clearInterval(heldTimer);
    panel.hidden = true;
    say(words.published, "done");
    refresh();
  };
  count();
  heldTimer = setInterval(count, 250);
}

async function undo() {
  try {
    await ask(`${desk.base}entries/${heldId}/unschedule/`, new FormData());
    await edit(`${desk.base}entries/${heldId}/`);
  } catch (error) {
    say(error.message || words.away, "problem");
  }
  clearInterval(heldTimer);
  document.querySelector("#held").hidden = true;
  refresh();
}

// Editing what is there

async function edit(address) {
  try {
    const entry = await ask(address);
    if (!open && fingerprint() !== "") kept.aside = snapshot();
    if (open) tellPresence(true);
    fill(entry);
    open = entry;
    form.elements.based_on.value = entry.version;
    showMode();
    tellPresence();
    present = setInterval(tellPresence, PRESENT_EVERY);
    changed();
    box.focus();
    form.scrollIntoView({ block: "nearest" });
  } catch (error) {
    say(error.message || words.away, "problem");
  }
}

// Back to a new entry: the one that was put aside, or an empty box.
function leave() {
  if (open) tellPresence(true);
  clearInterval(present);
  open = null;
  unsent = null;
  const aside = kept.aside;
  kept.aside = null;
  fill(aside ?? {});
  showMode();
  kept.box = aside;
  drafted = fingerprint();
  box.focus();
}

function showMode() {
  const mode = form.querySelector("#mode");
  const seen = Boolean(open && isSeen(open));
  mode.hidden = !open;
  mode.querySelector(".note").textContent = open?.note ?? "";
  form.querySelector(".only-new").hidden = seen;
  form.querySelector(".only-published").hidden = open?.state !== "published";
  for (const button of form.querySelectorAll("[data-send]")) {
    const saves = button.dataset.send === "save";
    button.hidden = seen ? !saves : saves ? !["scheduled", "submitted"].includes(open?.state) : button.dataset.send === "draft" && Boolean(open) && open.state !== "draft";
  }
  document.querySelector("#conflict").hidden = true;
}

function tellPresence(left) {
  if (!open) return;
  const told = new FormData();
  if (left === true) told.set("left", "1");
  told.set("csrfmiddlewaretoken", token());
  // Also while the page is being closed.
  navigator.sendBeacon(`${desk.base}entries/${open.id}/editing/`, told);
}

function showConflict(action, answer) {
  const panel = document.querySelector("#conflict");
  panel.querySelector(".theirs").innerHTML = answer.theirs;
  panel.querySelector(".mine").innerHTML = answer.mine;
  panel.action = action;
  panel.now = answer.now;
  panel.hidden = false;
  say(answer.error, "problem");
  panel.scrollIntoView({ block: "nearest" });
}

function keepMine() {
  const panel = document.querySelector("#conflict");
  form.elements.based_on.value = panel.now.version;
  panel.hidden = true;
  send(panel.action);
}

function takeTheirs() {
  const panel = document.querySelector("#conflict");
  form.elements.headline.value = panel.now.headline;
  box.value = panel.now.text;
  form.elements.based_on.value = panel.now.version;
  panel.hidden = true;
  changed();
  box.focus();
}

// What stands in the box, and keeping it

function snapshot() {
  const values = { key: form.elements.key.value, based_on: form.elements.based_on.value, photographs: photographs.kept(), open };
  for (const name of TYPED) values[name] = form.elements[name].value;
  for (const name of CHECKED) values[name] = form.elements[name].checked;
  values.bylines = new FormData(form).getAll("bylines");
  return values;
}

// "" where there is nothing to keep.
function fingerprint() {
  const { key, based_on, open: _open, bylines, ...written } = snapshot();
  const anything = written.headline || written.text || written.photographs.length;
  return anything ? JSON.stringify({ ...written, bylines }) : "";
}

function fill(values) {
  form.elements.key.value = values.key ?? newKey();
  form.elements.based_on.value = values.based_on ?? "";
  for (const name of TYPED) form.elements[name].value = values[name] ?? "";
  for (const name of CHECKED) form.elements[name].checked = values[name] ?? false;
  // Names that stand on an entry and are not offered here stay on it.
  form.querySelectorAll(".bylines .standing").forEach((label) => label.remove());
  const offered = [...form.querySelectorAll("input[name=bylines]")];
  for (const input of offered) input.checked = values.bylines ? values.bylines.includes(input.value) : "default" in input.dataset;
  for (const name of values.bylines ?? []) if (!offered.some((input) => input.value === name)) standing(name);
  photographs.fill(values.photographs ?? []);
}

function standing(name) {
  const label = document.createElement("label");
  const input = Object.assign(document.createElement("input"), { type: "checkbox", name: "bylines", value: name, checked: true });
  label.className = "standing";
  label.append(input, " ", name);
  form.querySelector(".bylines").append(label);
}

function changed() {
  kept.box = fingerprint() || open ? snapshot() : null;
}

function restore() {
  const box = kept.box;
  if (kept.queue.length) waitForLine();
  if (!box) {
    drafted = fingerprint();
    return;
  }
  fill(box);
  open = box.open;
  showMode();
  if (open) present = setInterval(tellPresence, PRESENT_EVERY);
  say(words.restored);
}

// On the server too, so that the phone's loss loses no line: what is new, every few seconds, where it has changed.
async function keepDraft() {
  const now = fingerprint();
  if (open || sending || unsent || !now || now === drafted || document.querySelector("dialog[open]")) return;
  try {
    const answer = await ask(`${desk.base}${desk.article}/send/draft/`, data(), { quietly: true });
    drafted = now;
    if (answer.state === "draft" && !sending) form.querySelector("#saved").textContent = `${words.kept} ${new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`;
  } catch (error) {
    // It is kept here, and the next round tries again. Who is signed out is told, and signs in when they send.
    if (error.status === 401) say(error.message, "problem");
  }
}

function busy(is) {
  for (const button of form.querySelectorAll("[data-send]")) button.disabled = is;
}

function say(sentence, kind = "") {
  const line = document.querySelector("#say");
  line.className = kind;
  line.textContent = sentence;
}
