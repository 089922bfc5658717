// What stands in the box goes to the site: at once, as a draft, or when the line is back. The box is emptied only when the
// site has said yes.
import { refresh } from "./beside.js";
import { answered, asForm, expectAnswer, fingerprint, form, key, plain, queueBehind, snapshot, state, text } from "./box.js";
import { showConflict } from "./conflict.js";
import { edit, isSeen, leave } from "./editing.js";
import { kept } from "./kept.js";
import { ask, Away, desk, say, words } from "./line.js";
import * as photographs from "./photographs.js";

const SECOND = 1000;
const TRY_EVERY = 3 * SECOND;
// Longer ahead is a time that somebody chose.
const LONGEST_HOLD = 15 * SECOND;

let sending = null;
// Waits for the line: which button was pressed.
let unsent = null;
let retry;

// What Ctrl+Enter does: what readers know is saved, what is new or waits goes out.
export function primary() {
  return isSeen() ? "save" : form.querySelector("button.default").dataset.send;
}

export async function send(action) {
  if (sending || !form.reportValidity() || !isReady(action)) return;
  const mine = { key: key() };
  sending = mine;
  busy(true);
  try {
    if (photographs.areComing()) say(words.photo);
    await photographs.come();
    say(words.sending);
    await sendQueue();
    // Put into the queue by hand while the line hung.
    if (key() !== mine.key || !isReady(action)) return;
    const values = snapshot();
    const sent = fingerprint();
    expectAnswer(values);
    const answer = await post(action, values);
    accepted(action, answer, values, sent);
  } catch (error) {
    if (key() === mine.key) refused(action, error);
  } finally {
    if (sending === mine) {
      sending = null;
      busy(false);
    }
  }
}

function isReady(action) {
  let problem = "";
  let where = text;
  if (!fingerprint() && !photographs.areComing()) problem = words.empty;
  else if (photographs.lost()) problem = words.photoLost;
  else if (action !== "draft" && (where = photographs.undescribed())) problem = words.alt;
  if (!problem) return true;
  say(problem, "problem");
  (where || text).focus();
  return false;
}

// Where an answer was lost and what stands at the site is what was sent, it is ours: no conflict.
async function post(action, values, options) {
  const unanswered = new Set(values.unanswered);
  for (;;) {
    try {
      return await ask(`${desk.base}${desk.article}/send/${action}/`, asForm(values), options);
    } catch (error) {
      const now = error.answer?.now;
      if (error.status !== 409 || !unanswered.delete(plain(now))) throw error;
      values = { ...values, based_on: now.version };
    }
  }
}

function accepted(action, answer, values, sent) {
  drop(values.key);
  document.querySelector("#queue").hidden = !kept.queue.length;
  say(words[answer.state === "draft" ? "draft" : action === "save" ? "kept" : answer.state] ?? words.kept, "done");
  const held = answer.state === "scheduled" && action === "publish" ? new Date(answer.at) - Date.now() : 0;
  if (held > 0 && held < LONGEST_HOLD) holdBack(answer.id, held);
  if (key() === values.key) {
    unsent = null;
    clearTimeout(retry);
    // What was typed while it was on its way stays, as an edit of the same entry.
    if (fingerprint() === sent) leave();
    else answered(answer.version);
  }
  refresh();
}

function refused(action, error) {
  if (error instanceof Away) {
    unsent = action;
    waitForLine();
  } else if (error.status === 409) {
    unsent = null;
    showConflict(action, error.answer);
  } else {
    unsent = null;
    say(error.message, "problem");
    const field = Object.keys(error.answer?.fields ?? {})[0];
    (form.elements[field] instanceof HTMLElement ? form.elements[field] : text).focus();
  }
}

// Drafts: what is new, every few seconds, where it has changed; the phone's loss then loses no line.

let drafted = "";
let drafting = false;

export async function keepDraft() {
  const now = fingerprint();
  if (state.open || sending || drafting || unsent || !now || now === drafted || document.querySelector("dialog[open]")) return;
  const values = snapshot();
  drafting = true;
  expectAnswer(values);
  try {
    const answer = await post("draft", values, { quietly: true });
    if (key() !== values.key || sending) return;
    drafted = now;
    answered(answer.version);
    if (answer.state === "draft") form.querySelector("#saved").textContent = `${words.kept} ${clock()}`;
  } catch (error) {
    // It is kept here, and the next round tries again. Who is signed out is told, and signs in when they send; so is who
    // writes on what somebody else has changed, and sees both texts then.
    if (error.status === 409) drafted = now;
    if ([401, 409].includes(error.status)) say(error.message, "problem");
  } finally {
    drafting = false;
  }
}

function clock() {
  return new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

// The line is down.

function waitForLine() {
  const panel = document.querySelector("#queue");
  const waiting = kept.queue.length + (unsent ? 1 : 0);
  panel.querySelector(".count").textContent = waiting > 1 ? `${words.waiting} ${waiting}.` : "";
  panel.querySelector("[data-do=next]").hidden = !unsent;
  panel.hidden = false;
  say(words.away, "problem");
  clearTimeout(retry);
  retry = setTimeout(tryAgain, TRY_EVERY);
}

export async function tryAgain() {
  clearTimeout(retry);
  if (unsent) {
    await send(unsent);
  } else if (kept.queue.length && !sending) {
    try {
      const all = await sendQueue();
      document.querySelector("#queue").hidden = true;
      if (all) say(words.kept, "done");
      refresh();
    } catch {
      waitForLine();
    }
  }
}

// Sets what waits aside, so that the next one can be written meanwhile.
export function queueIt() {
  if (!unsent) return;
  kept.queue = [...kept.queue, { action: unsent, values: snapshot() }];
  unsent = sending = null;
  busy(false);
  leave();
  waitForLine();
}

let queueGoes = null;

function sendQueue() {
  queueGoes ??= emptyQueue().finally(() => (queueGoes = null));
  return queueGoes;
}

// Throws Away. What the site refuses comes back into the box, to be mended; false then.
async function emptyQueue() {
  let all = true;
  while (kept.queue.length) {
    const [{ action, values }] = kept.queue;
    try {
      await post(action, values);
    } catch (error) {
      if (error instanceof Away) throw error;
      all = false;
      queueBehind({ ...values, problem: error.message });
      say(`${words.refused} ${error.message}`, "problem");
      if (!fingerprint() && !state.open) leave();
    }
    drop(values.key);
  }
  return all;
}

// By its key, as more may have come into the queue meanwhile.
function drop(done) {
  kept.queue = kept.queue.filter(({ values }) => values.key !== done);
}

// A hold: it is scheduled some seconds ahead, and can be taken back until then.

const held = { id: 0, timer: 0 };

function holdBack(id, milliseconds) {
  const panel = document.querySelector("#held");
  const end = Date.now() + milliseconds;
  held.id = id;
  clearInterval(held.timer);
  panel.hidden = false;
  const count = () => {
    const left = Math.ceil((end - Date.now()) / SECOND);
    panel.querySelector(".seconds").textContent = Math.max(0, left);
    // A second more for the site to send it out.
    if (left > -1) return;
    endHold();
    ask(`${desk.base}entries/${id}/`).then((entry) => say(words[entry.state] ?? words.kept, "done"), () => {});
    refresh();
  };
  count();
  held.timer = setInterval(count, 250);
}

function endHold() {
  clearInterval(held.timer);
  document.querySelector("#held").hidden = true;
}

export async function undo() {
  endHold();
  try {
    await ask(`${desk.base}entries/${held.id}/unschedule/`, new FormData());
    say("");
    await edit(`${desk.base}entries/${held.id}/`);
  } catch (error) {
    say(error.message || words.away, "problem");
  }
  refresh();
}

function busy(is) {
  for (const button of form.querySelectorAll("[data-send]")) button.disabled = is;
}
