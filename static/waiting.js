// What comes while the page is open waits behind a button, for the page and for each conversation; what is taken back
// goes at once (docs/live.md).
import { me } from "./me.js";
import { unfold } from "./folds.js";
import { hasSeen } from "./news.js";
import { bring as bringOrder } from "./order.js";
import { focus, inWords, keepFocus, steadily } from "./steady.js";
import {
  conversation,
  idOf,
  listed,
  loadRows,
  merge,
  mergeConversations,
  row,
  rows,
  section,
  tellOfRows,
  words,
} from "./talk.js";

const PAUSE = 2000;
const MOST_PAGES = 5;
const MOST_LOOKED_UP = 20;
const { article } = document.body.dataset;
const roots = new Set();
// By tree, the ids of its new replies.
const replies = new Map();
const gone = new Map();
let newest = Math.max(0, ...rows().map(idOf));
let change = Number(section.dataset.comments);
let target = change;
let asking = false;

document.addEventListener("changes", ({ detail }) => {
  target = Math.max(target, detail.comment_change ?? 0);
  if (target > change && !asking) askOn();
});
// What came in another way waits no longer.
document.addEventListener("rows", () => settle());

async function askOn() {
  asking = true;
  const reader = await me;
  while (change < target) {
    try {
      const response = await fetch(`/live/${article}/comments?after=${change}`);
      if (!response.ok) break;
      const answer = await response.json();
      if (answer.change > change) {
        for (const one of answer.comments) arrive(one, reader?.id);
        takeAway(answer.gone);
        ({ change } = answer);
        settle();
        if (answer.more) continue;
      }
    } catch {
      // Away: the next change asks again.
      break;
    }
    // Everybody asks at once, for the same answer; a cache on the way may be a moment behind.
    await new Promise((then) => setTimeout(then, PAUSE * (0.5 + Math.random() / 2)));
  }
  asking = false;
}

function arrive([id, tree, author, isRoot, entry, edited], reader) {
  if (row(id)) return comeBack(id);
  // One that was edited elsewhere is none that came.
  const isNews = !edited || id > newest;
  newest = Math.max(newest, id);
  if (!isNews || (author && author === reader)) return;
  const list = listed();
  if (!isRoot) {
    if (conversation(tree)) replies.set(tree, (replies.get(tree) ?? new Set()).add(id));
  } else if (listsNewest() && (!list.dataset.entry || Number(list.dataset.entry) === entry)) roots.add(id);
}

// On an article's page in another order, or a choice of them, too: the button brings all, the newest first.
function listsNewest() {
  return "newest" in listed().dataset || isOther();
}

function isOther() {
  const list = listed();
  return !("newest" in list.dataset || location.pathname.endsWith("/comments/")) && Boolean(list.querySelector("[data-order]"));
}

function takeAway(ids) {
  const shown = ids.map((id) => row(id)).filter((comment) => comment?.querySelector(".text"));
  for (const id of ids) {
    roots.delete(id);
    for (const waiting of replies.values()) waiting.delete(id);
  }
  if (!shown.length) return;
  steadily(() => {
    for (const comment of shown) {
      const notice = document.createElement("p");
      notice.className = "tombstone";
      notice.textContent = words.gone;
      gone.set(comment.id, [...comment.childNodes]);
      keepFocus(comment, () => comment.replaceChildren(notice));
      comment.classList.remove("new");
    }
  });
  tellOfRows();
}

function comeBack(id) {
  const nodes = gone.get(`c${id}`);
  if (!nodes) return;
  gone.delete(`c${id}`);
  steadily(() => row(id).replaceChildren(...nodes));
  tellOfRows();
}

// The buttons say what waits now.
function settle() {
  for (const id of roots) if (row(id)) roots.delete(id);
  for (const [tree, ids] of replies) {
    for (const id of ids) if (row(id)) ids.delete(id);
    if (!ids.size || !conversation(tree)) replies.delete(tree);
  }
  steadily(() => {
    offer(listed(), roots.size, words.newConversations, showConversations);
    for (const one of section.querySelectorAll(".conversation")) {
      const ids = replies.get(Number(one.dataset.tree));
      offer(one, ids?.size ?? 0, words.newReplies, () => showReplies(one, ids));
    }
  });
  if (!roots.size && !replies.size) hasSeen(change);
}

function offer(where, number, forms, show) {
  let box = where.querySelector(":scope > .waiting");
  if (!number) return box?.remove();
  if (!box) {
    box = document.createElement("p");
    box.className = "waiting";
    box.role = "status";
    box.append(document.createElement("button"));
    if (where.matches(".list")) where.prepend(box);
    else where.append(box);
  }
  const [button] = box.children;
  button.type = "button";
  button.textContent = inWords(forms, number);
  button.onclick = () => {
    button.disabled = true;
    show().catch(() => {
      button.disabled = false;
    });
  };
}

async function showConversations() {
  const wanted = new Set(roots);
  if (isOther()) {
    await bringOrder(addressOfNewest());
    roots.clear();
    settle();
    return leadTo(rows(), wanted);
  }
  let address = document.querySelector(".list").dataset.entry ? location.pathname : addressOfNewest();
  const pages = [];
  // Until one of them is here already, so that none is missing between.
  do {
    const page = await loadRows(address);
    pages.push(page);
    address = page.querySelector(".list a[rel=next]")?.href;
  } while (address && pages.length < MOST_PAGES && !pages.at(-1).querySelector(knownIn()));
  show(() => pages.reverse().flatMap((page) => mergeConversations(page, true)).sort(byPlace), wanted);
  roots.clear();
  settle();
}

function addressOfNewest() {
  return location.pathname.endsWith("/comments/") ? location.pathname : section.querySelector("[data-order]")?.href.replace(/\?.*/, "") ?? location.href;
}

function knownIn() {
  const trees = [...section.querySelectorAll(".conversation")].map(({ dataset }) => `[data-tree="${dataset.tree}"]`);
  return trees.join() || "main";
}

async function showReplies(one, ids) {
  const wanted = new Set(ids);
  const root = one.querySelector(".comment");
  const pages = [await loadRows(`/c/${idOf(root)}/`)];
  // In a large conversation some stand beyond its first page.
  const beyond = [...ids].filter((id) => !pages[0].querySelector(`#c${id}`)).slice(0, MOST_LOOKED_UP);
  for (const id of beyond) pages.push(await loadRows(`/c/${id}/`).catch(() => pages[0]));
  show(() => {
    const fresh = pages.flatMap(merge);
    for (const id of beyond) if (row(id)) row(id).parentElement.dataset.early = "";
    return fresh;
  }, wanted);
  replies.delete(Number(one.dataset.tree));
  settle();
}

function show(bring, wanted) {
  let fresh = [];
  steadily(() => {
    fresh = bring();
  });
  tellOfRows();
  leadTo(fresh, wanted);
}

// To the first that the button spoke of; others were merely cut off.
function leadTo(fresh, wanted) {
  const first = fresh.find((comment) => wanted.has(idOf(comment))) ?? fresh[0];
  if (!first) return;
  unfold(first);
  first.scrollIntoView({ block: "center" });
  focus(first);
}

function byPlace(a, b) {
  return a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1;
}
