// The conversations of this page, and how rows of other pages come into them as finished HTML.
import { inWords } from "./steady.js";

export const section = document.querySelector("#comments");
// What scripts say here (comments/templatetags/conversations.py).
export const words = document.querySelector("#words").dataset;

export const listed = () => section.querySelector(".list");
export const row = (id) => section.querySelector(`#c${id}`);
export const rows = () => [...section.querySelectorAll("article.comment")];
export const idOf = (comment) => Number(comment.id.slice(1));
export const authorOf = (comment) => Number(comment.querySelector(".by")?.pathname.split("/")[2]);
export const conversation = (tree) => section.querySelector(`.conversation[data-tree="${tree}"]`);

// For those who do something to each row: called now and whenever rows have come.
export function onRows(action) {
  document.addEventListener("rows", action);
  action();
}

export function tellOfRows() {
  document.dispatchEvent(new CustomEvent("rows"));
}

// Opened in another tab, or saved: that is the browser's.
export function isPlainClick(event) {
  return !(event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
}

export function isTyping({ target, ctrlKey, metaKey, altKey }) {
  return ctrlKey || metaKey || altKey || target.isContentEditable || target.matches("textarea, select, input:not([type=checkbox])");
}

// A page of this site; its links lead where they would lead there.
export async function load(address, options) {
  const response = await fetch(address, options);
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const link of page.querySelectorAll('a[href^="?"], a[href^="#"]')) {
    link.href = new URL(link.getAttribute("href"), response.url).href;
  }
  return { response, page };
}

export async function loadRows(address) {
  const { response, page } = await load(address);
  if (!response.ok || !page.querySelector("#comments .list")) throw new Error(response.status);
  return page;
}

// Puts what is not here yet in its place below what it answers. Returns the new rows in their order.
export function merge(page) {
  const fresh = [];
  const latest = new Map(); // Of each list there, the last that stands here.
  for (const comment of page.querySelectorAll("#comments article.comment")) {
    const there = comment.parentElement;
    const siblings = there.parentElement;
    if (there.ownerDocument === document) continue; // Came with what it answers.
    let here = row(idOf(comment))?.parentElement;
    const before = latest.get(siblings);
    if (!here) {
      const above = there.parentElement.closest("li");
      const parent = above && row(idOf(above.querySelector(".comment")))?.parentElement;
      if (!parent) continue;
      fresh.push(...there.querySelectorAll("article.comment"));
      here = place(there, parent, above, before);
    } else if (before && "early" in here.dataset) before.after(here);
    latest.set(siblings, here);
  }
  for (const comment of fresh) comment.classList.remove("context", "target");
  recount(fresh);
  return rows().filter((comment) => fresh.includes(comment));
}

function place(item, parent, parentThere, before) {
  const next = nextHere(item);
  let replies = parent.querySelector(":scope > ol");
  if (!replies) {
    replies = document.createElement("ol");
    parent.append(replies);
    // What folds them comes along.
    if (!parent.querySelector(":scope > .fold")) {
      const [fold, label] = parentThere.querySelectorAll(":scope > .fold, :scope > label");
      if (label) {
        parent.prepend(fold.cloneNode());
        parent.querySelector(":scope > .comment").after(label.cloneNode(true));
      }
    }
  }
  if (before) before.after(item);
  else replies.insertBefore(item, next);
  return item;
}

function nextHere(item) {
  for (let next = item.nextElementSibling; next; next = next.nextElementSibling) {
    const here = row(idOf(next.querySelector(":scope > .comment")));
    if (here) return here.parentElement;
  }
  return null;
}

// What folds them says how many replies there are now.
function recount(fresh) {
  const above = new Set();
  for (const comment of fresh) {
    for (let item = comment.parentElement; item; item = item.parentElement.closest("li")) above.add(item);
  }
  for (const item of above) {
    const label = item.querySelector(":scope > label");
    if (!label) continue;
    const replies = item.querySelectorAll(":scope > ol .comment > .who").length;
    label.textContent = inWords(words.replies, replies);
    item.querySelector(":scope > .fold").ariaLabel = inWords(words.fold, replies);
  }
}

// Conversations that are not here yet, on top or at the end. Returns their rows.
export function mergeConversations(page, onTop) {
  const list = listed();
  const found = [...page.querySelectorAll("#comments .conversation")].filter(({ dataset }) => !conversation(dataset.tree));
  const first = list.querySelector(".conversation");
  const last = [...list.querySelectorAll(".conversation")].at(-1);
  list.querySelector(".empty")?.remove();
  const ordered = list.querySelector(".filter");
  if (onTop || !last) {
    if (first) first.before(...found);
    else if (ordered) ordered.after(...found);
    else list.prepend(...found);
  } else last.after(...found);
  const fresh = found.flatMap((one) => [...one.querySelectorAll("article.comment")]);
  for (const comment of fresh) comment.classList.remove("context", "target");
  return fresh;
}
