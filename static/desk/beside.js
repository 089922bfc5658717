// The list beside the composer: live itself, with one click for what may be done with each entry.
import { ask, desk, say, words } from "./line.js";

const beside = document.querySelector("#beside");
const LOOK_EVERY = 5000;
// Each answer has a token of its own, which is no change; what is sent from here has it in a header.
const TOKEN = /<input type="hidden" name="csrfmiddlewaretoken"[^>]*>/g;
let latest = beside.innerHTML.replace(TOKEN, "");
let stream = null;

let acted;

// `told` is called with what was done to which entry.
export function follow(edit, told) {
  acted = told;
  setInterval(() => document.hidden || refresh(), LOOK_EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  listen(desk.state);
  beside.addEventListener("click", ({ target }) => target.dataset.edit && edit(target.dataset.edit));
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-quiet]")) return;
    event.preventDefault();
    send(event.target, event.submitter);
  });
}

// The readers' own stream: whatever they see, the desk sees at once.
function listen(state) {
  if (stream || state === "draft") return;
  stream = new EventSource(`${desk.stream}?after=${desk.change}`);
  stream.onmessage = refresh;
}

export async function refresh() {
  const answer = await ask(`${desk.base}${desk.article}/latest/`, null, { quietly: true }).catch(() => null);
  if (!answer) return;
  listen(answer.state);
  const html = answer.html.replace(TOKEN, "");
  if (html === latest) return;
  latest = html;
  inPlace(() => { beside.innerHTML = html; });
}

// Replaces the list so that the row under the pointer, and the one that has the focus, stay where they are: a click must
// not land on another entry because one has just come in above.
function inPlace(replace) {
  const focused = describe(document.activeElement);
  const pointed = beside.querySelector("li:hover")?.dataset.entry ?? beside.querySelector("li:focus-within")?.dataset.entry;
  const top = rowTop(pointed);
  replace();
  if (focused) beside.querySelector(focused)?.focus({ preventScroll: true });
  const moved = rowTop(pointed) - top;
  // NaN where there is none.
  if (!moved) return;
  // Beside the composer the list scrolls, below it the page.
  const before = beside.scrollTop;
  beside.scrollTop += moved;
  scrollBy(0, moved - (beside.scrollTop - before));
}

function rowTop(entry) {
  return beside.querySelector(`[data-entry="${entry}"]`)?.getBoundingClientRect().top ?? NaN;
}

// A button of the list by its entry and what it does, to be found again in the new list.
function describe(element) {
  const entry = element?.closest("#beside [data-entry]")?.dataset.entry;
  if (!entry) return "";
  return `[data-entry="${entry}"] ` + (element.dataset.act ? `[data-act="${element.dataset.act}"]` : "[data-edit]");
}

async function send(form, button) {
  const data = new FormData(form);
  data.delete("csrfmiddlewaretoken");
  const act = button?.dataset.act;
  const question = { withdraw: words.withdraw, "send-back": words.sendBack, end: words.end }[act];
  if (question) {
    const note = await asked(question, act !== "end");
    if (note === null) return;
    data.set("note", note);
  }
  try {
    const answer = await ask(button?.getAttribute("formaction") ?? form.action, data);
    if (answer.open) location.assign(answer.open);
    else say(words.kept, "done");
    acted(answer, act);
    form.dispatchEvent(new Event("kept"));
  } catch (error) {
    say(error.message || words.away, "problem");
    form.dispatchEvent(new CustomEvent("refused", { detail: error.answer ?? {} }));
  }
  refresh();
}

// The note, or null where it is not to be done. `takesNote`: is there anything to say about it?
function asked(question, takesNote) {
  const dialog = document.querySelector("#ask");
  dialog.querySelector("textarea").hidden = !takesNote;
  dialog.querySelector("label").textContent = question;
  dialog.querySelector("textarea").value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "ok" ? dialog.querySelector("textarea").value : null);
  });
}
