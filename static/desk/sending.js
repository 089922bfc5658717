// What stands in the box goes to the site: at once, as a draft, or when the line is back. The box is emptied only when the
// site has said yes, and what goes out later is what was sent, not what has been typed since.
import { refresh } from "./beside.js";
import { answered, asForm, contents, expectAnswer, expectNone, fill, fingerprint, form, fromAside, isChanged, key, keep, queueBehind, snapshot, state, text } from "./box.js";
import { showConflict } from "./conflict.js";
import { beforeAnother, becomesAnEdit, isSeen, leave, mayLeave, opened, show } from "./editing.js";
import { waiting } from "./kept.js";
import { hold } from "./hold.js";
import { ask, Away, desk, say, words } from "./line.js";
import * as photographs from "./photographs.js";

const SECOND = 1000;
const TRY_EVERY = 3 * SECOND;
// Longer ahead is a time that somebody chose.
const LONGEST_HOLD = 15 * SECOND;
// What is wrong with the entry itself; all else is no reason to take it out of the queue.
const ITS_OWN_FAULT = [404, 409, 422];

beforeAnother(setAside);

let sending = null;
// What waits for the line and stands in the box still: the button that was pressed, and the form as it was then.
let unsent = null;
let retry;

// What Ctrl+Enter does: what readers know is saved, what is new or waits goes out.
export function primary() {
  return isSeen() ? "save" : form.querySelector("button.default").dataset.send;
}

export async function send(action) {
  if (sending || !form.reportValidity()) return;
  const wanted = key();
  await alone(async () => {
    // Photographs that are on their way belong to it.
    if (!(await mayLeave()) || key() !== wanted || !isReady(action)) return;
    say(words.sending);
    unsent = null;
    const values = snapshot();
    try {
      await sendQueue();
      await sendOut(action, values);
    } catch (error) {
      refused(action, error, values);
    }
  });
}

// One at a time; the buttons say so.
async function alone(work) {
  const mine = (sending = {});
  busy(true);
  try {
    await work();
  } finally {
    if (sending === mine) {
      sending = null;
      busy(false);
    }
  }
}

function isReady(action) {
  const undescribed = action !== "draft" && photographs.undescribed();
  if (fingerprint() && !undescribed) return true;
  say(undescribed ? words.alt : words.empty, "problem");
  (undescribed || text).focus();
  return false;
}

async function sendOut(action, values) {
  if (key() === values.key) expectAnswer(values);
  try {
    accepted(action, await post(action, values), values);
  } catch (error) {
    if (!(error instanceof Away) && key() === values.key) expectNone(values);
    throw error;
  }
}

// Where an answer was lost and what stands at the site is what was sent, it is ours: no conflict.
async function post(action, values, options) {
  const unanswered = new Set(values.unanswered);
  for (;;) {
    try {
      return await ask(`${desk.base}${desk.article}/send/${action}/`, asForm(values), options);
    } catch (error) {
      const now = error.answer?.now;
      if (error.status !== 409 || !now || !unanswered.delete(contents(now))) throw error;
      values = { ...values, based_on: now.version };
      // It had gone out, and was changed since: that is an edit.
      if (action === "publish" && isSeen(now)) action = "save";
    }
  }
}

function accepted(action, answer, values) {
  if (unsent?.values.key === values.key) unsent = null;
  say(words[answer.state === "draft" ? "draft" : action === "save" ? "kept" : answer.state] ?? words.kept, "done");
  const later = answer.state === "scheduled" && action === "publish" ? new Date(answer.at) - Date.now() : 0;
  if (later > 0 && later < LONGEST_HOLD) hold(answer.id, later);
  arrived(action, answer, values);
  refresh();
}

// What was typed while it was on its way stays, as an edit of the same entry: in the box, or put aside.
function arrived(action, answer, values) {
  const sent = fingerprint(values);
  waiting.drop(values.key);
  showQueue();
  const aside = fromAside(values.key);
  if (aside && fingerprint(aside) !== sent) state.aside.push({ ...aside, based_on: answer.version, open: opened(answer), before: sent, unanswered: [] });
  if (key() !== values.key) keep();
  else if (fingerprint() === sent) leave();
  else {
    answered(answer.version);
    if (action !== "draft") becomesAnEdit(answer, sent);
  }
}

function refused(action, error, values) {
  const isHere = key() === values.key;
  if (error instanceof Away) {
    if (isHere) unsent = { action, values };
    else queueUp({ action, values });
    waitForLine();
    changedSince();
  } else if (error.status === 409 && isHere) {
    showConflict(action, error.answer);
  } else {
    say(error.message, "problem");
    const field = Object.keys(error.answer?.fields ?? {})[0];
    if (isHere) (form.elements[field] instanceof HTMLElement ? form.elements[field] : text).focus();
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
    if (!(error instanceof Away) && key() === values.key) expectNone(values);
    if (error.status === 409) drafted = now;
    if ([401, 403, 409].includes(error.status)) say(error.message, "problem");
  } finally {
    drafting = false;
  }
}

function clock() {
  return new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

// What was sent before the page was closed, and not answered, may have gone out: then it is not written anew.
export async function settleRestored() {
  if (!state.unanswered.length || state.open) return;
  const values = snapshot();
  try {
    const { id, state: its, version } = await post("draft", values, { quietly: true });
    const now = its === "draft" ? null : await ask(`${desk.base}entries/${id}/`, null, { quietly: true });
    if (key() !== values.key) return;
    if (!now) {
      answered(version);
    } else if (contents(now) === contents(snapshot())) {
      fill();
      say(words[its] ?? words.kept, "done");
    } else {
      answered(now.version);
      becomesAnEdit(now, "");
      say(words.wentOut, "problem");
    }
    show();
  } catch {
    // The line is down: who sends it then is shown both.
    state.unanswered = [];
  }
}

// The line is down.

function showQueue() {
  const panel = document.querySelector("#queue");
  const number = waiting.all().length + (unsent ? 1 : 0);
  panel.querySelector(".count").textContent = number > 1 ? `${words.waiting} ${number}.` : "";
  panel.querySelector("[data-do=next]").hidden = !unsent;
  panel.hidden = !number;
  return number;
}

function waitForLine() {
  if (!showQueue()) return;
  say(words.away, "problem");
  clearTimeout(retry);
  retry = setTimeout(tryAgain, TRY_EVERY);
}

export async function tryAgain() {
  clearTimeout(retry);
  // Its end looks at the queue again.
  if (sending || !showQueue()) return;
  // While the queue alone goes, or hangs, the next one can be sent.
  if (unsent) await alone(tryOnce);
  else await tryOnce();
}

async function tryOnce() {
  const again = unsent;
  try {
    const all = await sendQueue();
    if (again && unsent === again) await sendOut(again.action, again.values);
    else if (all) say(words.kept, "done");
    showQueue();
    refresh();
  } catch (error) {
    if (error instanceof Away) {
      waitForLine();
    } else {
      unsent = null;
      showQueue();
      refused(again?.action, error, again?.values ?? {});
    }
  }
}

// What is changed after it was sent is not sent by itself: nobody has said that it may go out like this.
export function changedSince() {
  keep();
  if (!unsent || unsent.values.key !== key() || fingerprint() === fingerprint(unsent.values)) return;
  unsent = null;
  showQueue();
  say(words.changed, "problem");
}

// Before something else comes into the box: what waits goes out as it was sent.
export function setAside() {
  if (unsent) queueUp(unsent);
  unsent = null;
  showQueue();
}

// So that the next one can be written meanwhile.
export async function queueIt() {
  if (!unsent || !(await mayLeave())) return;
  setAside();
  // Whatever hangs is tried again with the others.
  sending = null;
  busy(false);
  leave();
  waitForLine();
}

function queueUp(item) {
  const stored = waiting.add(item);
  const sent = fingerprint(item.values);
  // It is in the queue as it was sent, and would come back a second time.
  const aside = fromAside(item.values.key);
  if (aside && fingerprint(aside) !== sent) state.aside.push(aside);
  if (key() === item.values.key && fingerprint() === sent) state.before = sent;
  if (!stored) form.querySelector("#saved").textContent = words.full;
}

let queueGoes = null;

function sendQueue() {
  queueGoes ??= emptyQueue().finally(() => (queueGoes = null));
  return queueGoes;
}

// What the site refuses of it comes back into the box, to be mended; false then. Throws what is no fault of an entry's.
async function emptyQueue() {
  let all = true;
  for (let item; (item = waiting.all()[0]); ) {
    const { action, values } = item;
    try {
      arrived(action, await post(action, values), values);
    } catch (error) {
      if (!ITS_OWN_FAULT.includes(error.status)) throw error;
      all = false;
      waiting.drop(values.key);
      queueBehind({ ...values, problem: error.message });
      say(`${words.refused} ${error.message}`, "problem");
      if (!isChanged() && !state.open) leave();
    }
  }
  return all;
}

function busy(is) {
  for (const button of form.querySelectorAll("[data-send]")) button.disabled = is;
}
