// Forms open where their links stand. They are those of the linked pages, which work without a script.
import { drafted, forget, placeOf, save, watch } from "./drafts.js";
import { unfold } from "./folds.js";
import { askAnew } from "./mine.js";
import { focus, mark, steadily } from "./steady.js";
import { isPlainClick, listed, load, merge, mergeConversations, onRows, row, section, tellOfRows, words } from "./talk.js";

const inAComment = (name) => `.comment .actions a[href$="/${name}/"]`;
const ANSWERS = [inAComment("reply"), "#comments > .write a", '.entry a[href*="/comments/new/?entry="]'].join();
const LINKS = [ANSWERS, inAComment("report"), inAComment("edit")].join();
const box = document.createElement("div");
box.className = "in-place";
let opener, cursor;

document.addEventListener("click", (event) => {
  const link = event.target.closest(LINKS);
  if (!link || !isPlainClick(event)) return;
  event.preventDefault();
  open(link.href, hostOf(link), link);
});
box.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target, event.submitter);
});
box.addEventListener("click", ({ target }) => target.closest(".cancel") && close());
box.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  event.stopPropagation();
  close();
});

// A selection elsewhere takes the cursor out of the text.
for (const type of ["input", "keyup", "pointerup"]) {
  box.addEventListener(type, ({ target }) => {
    if (target.matches("textarea")) cursor = target.selectionEnd;
  });
}

onRows(sayKept);
// What another tab keeps or sends.
addEventListener("storage", sayKept);

// After its host; resolves to the form's textarea. `back` is where the keyboard goes when it closes.
export async function open(address, host, back) {
  if (box.isConnected && box.dataset.address === address) return focusText();
  opener = back;
  let page;
  try {
    const loaded = await load(address);
    ({ page } = loaded);
    if (loaded.response.redirected || !page.querySelector("form.write")) return void location.assign(address);
  } catch {
    return void location.assign(address);
  }
  saveDraft();
  box.dataset.address = address;
  steadily(() => {
    put(page.querySelector("form.write"));
    placeAfter(host);
  });
  return focusText();
}

// The text of an answer that is open; not of a report or an edit.
export function writing() {
  const isAnswer = box.isConnected && box.querySelector("form") && !/\/(report|edit)\/$/.test(box.dataset.address);
  return isAnswer ? focusText() : null;
}

// Through a change that replaces the rows it stands among.
export function carry(change) {
  const host = listed().contains(box) && box.previousElementSibling;
  if (host) saveDraft();
  change();
  if (host) placeAfter(host);
}

// Rows may have been replaced meanwhile.
function placeAfter(host) {
  const here = host.isConnected ? host : (document.getElementById(host.id) ?? section.querySelector(":scope > .write"));
  if (here) here.after(box);
  else listed().before(box);
}

// A paragraph of its own, where the cursor was.
export function insert(area, text) {
  const before = area.value.slice(0, cursor);
  const gap = before.trim() ? (before.endsWith("\n") ? "\n" : "\n\n") : "";
  area.setRangeText(`${gap}${text}\n\n`, cursor, cursor, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

export function hostOf(link) {
  return link.closest(".comment, .entry, .write");
}

function put(form) {
  // The page that it is from may have left it out.
  form.setAttribute("action", form.getAttribute("action") || box.dataset.address);
  [...form.querySelectorAll("button")].at(-1).after(" ", cancelButton());
  box.replaceChildren(form);
  watch(form);
  cursor = form.querySelector("textarea").value.length;
}

function cancelButton() {
  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.className = "second cancel";
  cancel.textContent = words.cancel;
  return cancel;
}

function focusText() {
  const field = box.querySelector("textarea[name=text]:not([rows='3']), input:not([type=hidden])") ?? box.querySelector("textarea");
  if (field.matches("textarea")) field.setSelectionRange(cursor, cursor);
  field.focus();
  box.scrollIntoView({ block: "nearest" });
  return box.querySelector("textarea");
}

function saveDraft() {
  const form = box.isConnected && box.querySelector("form");
  if (!form) return;
  save(form);
  sayKept();
}

// A link to a text that was begun and not sent says so.
function sayKept() {
  const drafts = drafted();
  for (const link of document.querySelectorAll(ANSWERS)) {
    const isKept = link.pathname + link.search in drafts;
    if (isKept === "said" in link.dataset) continue;
    if (isKept) {
      link.dataset.said = link.textContent;
      link.textContent = link.matches(".comment a") ? words.continueReply : words.continueComment;
    } else {
      link.textContent = link.dataset.said;
      delete link.dataset.said;
    }
  }
}

function close() {
  saveDraft();
  const host = box.previousElementSibling;
  steadily(() => box.remove());
  delete box.dataset.address;
  if (opener?.isConnected) opener.focus();
  else if (host) focus(host);
}

async function send(form, button) {
  if (form.ariaBusy) return;
  form.ariaBusy = "true";
  saveDraft();
  try {
    let { response, page } = await post(form, button);
    if (response.status === 403 && renew(form, page)) ({ response, page } = await post(form, button));
    take(response, page, form);
  } catch {
    complain(form);
  } finally {
    form.ariaBusy = null;
  }
}

function post(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.set(button.name, button.value);
  return load(form.getAttribute("action"), { method: "POST", body });
}

// Its token grew old, when the reader signed in in another tab, say: the answer has a form with the one that fits.
function renew(form, page) {
  const token = form.querySelector("[name=csrfmiddlewaretoken]");
  const fitting = !page.querySelector(".errorlist") && page.querySelector("form.write [name=csrfmiddlewaretoken]");
  if (token && fitting) token.value = fitting.value;
  return Boolean(token && fitting);
}

function take(response, page, form) {
  const again = page.querySelector("form.write");
  const [, id, what] = new URL(response.url).pathname.match(/^\/c\/(\d+)\/(mine\/|reported\/)?$/) ?? [];
  if (response.redirected && id && response.ok) {
    forget(placeOf(form));
    sayKept();
    if (what) tell(page);
    else show(Number(id), page);
  } else if (response.redirected) location.assign(response.url); // To the sign-in: the text waits on the server.
  else if (again) showAgain(again);
  else complain(form);
}

// Refused, with the reason and the text; or as a preview.
function showAgain(form) {
  put(form);
  const said = form.querySelector(".preview, .errorlist");
  if (said) {
    focus(said);
    said.scrollIntoView({ block: "nearest" });
  } else focusText();
}

function complain(form) {
  for (const old of form.querySelectorAll(".errorlist")) old.remove();
  const said = document.createElement("p");
  said.className = "failed errorlist";
  said.role = "alert";
  // Beside what was pressed, where the reader looks.
  form.querySelector("button[type=submit]").closest("p").before(said);
  said.textContent = words.failed;
  said.scrollIntoView({ block: "nearest" });
}

function tell(page) {
  const said = page.querySelector("main .notice, main .narrow > p") ?? page.querySelector("main p");
  said.className = "notice";
  box.replaceChildren(said, cancelButton());
  delete box.dataset.address;
  focus(said);
}

function show(id, page) {
  box.remove();
  delete box.dataset.address;
  const there = page.querySelector(`#c${id}`);
  const before = row(id);
  if (before) before.replaceChildren(...there.childNodes);
  else if (!there.parentElement.parentElement.closest("li")) mergeConversations(page, true);
  else merge(page);
  const comment = row(id);
  // Its conversation is not on this page.
  if (!comment) return location.assign(`/c/${id}/#c${id}`);
  comment.parentElement.dataset.early = "";
  comment.dataset.n = there.dataset.n ?? comment.dataset.n;
  unfold(comment);
  askAnew().then(tellOfRows);
  mark(comment);
  comment.scrollIntoView({ block: "center" });
  focus(comment);
}
