// "Since you were last here". What this reader has seen is kept in this browser and told to nobody.
const KEY = "newsroom-seen";
const MINUTE = 60_000; // Who comes back so soon has not been away.
const KEPT_FOR = 30 * 24 * 60 * MINUTE;
const MOST_ARTICLES = 100;

const { article } = document.body.dataset;
const list = document.querySelector(".entries");
// Compares places, which are "microseconds~id".
const numeric = new Intl.Collator("en", { numeric: true });
const { order, openAbove, openBelow } = list.dataset;
const newestFirst = order === "newest";
// Only where the newest entry stands has a reader seen how far the article is.
const showsNewest = (newestFirst ? openAbove : openBelow) !== undefined;
const before = read()[article];

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
  const form = new Intl.PluralRules(document.documentElement.lang).select(missed);
  words.textContent = JSON.parse(words.dataset.forms)[form].replace("%(n)d", missed);
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
  try {
    const seen = read();
    const mine = { place: newest, count: Number(list.dataset.count) };
    const other = seen[article];
    seen[article] = { ...(other?.place && numeric.compare(other.place, newest) > 0 ? other : mine), at: Date.now() };
    const kept = Object.entries(seen)
      .filter(([, one]) => one.at > Date.now() - KEPT_FOR)
      .sort(([, a], [, b]) => b.at - a.at)
      .slice(0, MOST_ARTICLES);
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries(kept)));
  } catch {
    // Denied or full.
  }
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

function copy(name) {
  return document.querySelector(`#${name}`).content.firstElementChild.cloneNode(true);
}
