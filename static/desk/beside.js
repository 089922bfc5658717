// The list beside the composer: live itself, with one click for what may be done with each entry.
import { ask, desk, words } from "./line.js";

const beside = document.querySelector("#beside");
const LOOK_EVERY = 5000;
let latest = "";

export function follow(say, edit) {
  setInterval(() => document.hidden || refresh(), LOOK_EVERY);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
  // The readers' own stream: whatever they see, the desk sees at once.
  if (desk.state !== "draft") new EventSource(`${desk.stream}?after=${desk.change}`).onmessage = refresh;
  beside.addEventListener("click", ({ target }) => target.dataset.edit && edit(target.dataset.edit));
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-quiet]")) return;
    event.preventDefault();
    act(event.target, event.submitter, say);
  });
}

export async function refresh() {
  const answer = await ask(`${desk.base}${desk.article}/latest/`, null, { quietly: true }).catch(() => null);
  if (!answer || answer.html === latest) return;
  latest = answer.html;
  const focused = describe(document.activeElement);
  beside.innerHTML = answer.html;
  if (focused) beside.querySelector(focused)?.focus();
}

// A button of the list by its entry and what it does, to be found again in the new list.
function describe(element) {
  const entry = element?.closest("#beside [data-entry]")?.dataset.entry;
  if (!entry) return "";
  return `[data-entry="${entry}"] ` + (element.dataset.act ? `[data-act="${element.dataset.act}"]` : "[data-edit]");
}

async function act(form, button, say) {
  const data = new FormData(form);
  const question = { withdraw: words.withdraw, "send-back": words.sendBack }[button?.dataset.act];
  if (question) {
    const note = await asked(question);
    if (note === null) return;
    data.set("note", note);
  }
  try {
    const answer = await ask(button?.getAttribute("formaction") ?? form.action, data);
    if (answer.open) location.assign(answer.open);
    else say(words.kept, "done");
  } catch (error) {
    say(error.message || words.away, "problem");
  }
  refresh();
}

function asked(question) {
  const dialog = document.querySelector("#ask");
  dialog.querySelector("label").textContent = question;
  dialog.querySelector("textarea").value = "";
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.onclose = () => resolve(dialog.returnValue === "ok" ? dialog.querySelector("textarea").value : null);
  });
}
