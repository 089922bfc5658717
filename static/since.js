// "Since you were last here".
import { keep, kept } from "./kept.js";
import { inWords } from "./steady.js";

const KEY = "newsroom-seen";
const MINUTE = 60_000; // Who comes back so soon has not been away.

const { article } = document.body.dataset;
const list = document.querySelector(".entries");
// Compares places, which are "microseconds~id".
const numeric = new Intl.Collator("en", { numeric: true });
const { order, openAbove, openBelow } = list.dataset;
const newestFirst = order === "newest";
// Only where the newest entry stands has a reader seen how far the article is.
const showsNewest = (newestFirst ? openAbove : openBelow) !== undefined;
const before = kept(KEY)[article];

if (before?.place && Date.now() - before.at > MINUTE && openAbove !== undefined) welcome();
if (showsNewest) {
  remember();
  document.addEventListener("changes", remember);
  document.addEventListener("visibilitychange", () => document.hidden && remember(true));
}

function welcome() {
  const all = entries();
  const fresh = all.filter(isNew);
  const reachesBack = fresh.length < all.length;
  const hasAll = openBelow !== undefined || (newestFirst && reachesBack);
  const missed = hasAll ? fresh.length : Math.max(fresh.length, list.dataset.count - before.count);
  if (!(missed > 0)) return;

  const box = copy("since");
  const words = box.querySelector("[data-forms]");
  words.textContent = inWords(words.dataset.forms, missed);
  const back = box.querySelector(".back");
  if (fresh.length && reachesBack) {
    const last = newestFirst ? fresh.at(-1) : all.findLast((entry) => !isNew(entry));
    last.after(copy("stopped-here"));
    back.href = "#stopped";
  } else back.href = `?order=oldest&after=${before.place}`;
  // Of the page's list, which has the latest; each leads to its entry here, if it is on this page.
  for (const event of document.querySelectorAll("[data-live=events] [data-place]")) {
    if (!isNew(event)) continue;
    const copied = event.cloneNode(true);
    const entry = fresh.find((one) => one.dataset.place === event.dataset.place);
    if (entry) copied.querySelector("a").href = `#${entry.id}`;
    box.querySelector("ol").append(copied);
  }
  document.querySelector("header.title").after(box);
}

function entries() {
  return [...list.querySelectorAll("[data-place]")];
}

function isNew({ dataset }) {
  return numeric.compare(dataset.place, before.place) > 0;
}

// Another tab may have seen more already. What was opened in the background has not been seen.
function remember(leaving) {
  if (document.hidden && leaving !== true) return;
  const newest = entries().at(newestFirst ? 0 : -1)?.dataset.place;
  if (!newest) return;
  const mine = { place: newest, count: Number(list.dataset.count) };
  const other = kept(KEY)[article];
  keep(KEY, article, other?.place && numeric.compare(other.place, newest) > 0 ? other : mine);
}

function copy(name) {
  return document.querySelector(`#${name}`).content.firstElementChild.cloneNode(true);
}
