// Places what changed as finished HTML, and never moves what the reader reads (docs/live.md).
import { AT_THE_TOP, element, focus, inWords, keepFocus, mark, standsAboveReading, steadily } from "./steady.js";

const FOLDS_IN = 250;
const SAID_AT_MOST_EVERY = 30_000;

const list = document.querySelector(".entries");
const button = document.querySelector(".arrivals button");
const newestFirst = list?.dataset.order !== "oldest";
// Compares places, which are "microseconds~id".
const numeric = new Intl.Collator("en", { numeric: true });
const still = matchMedia("(prefers-reduced-motion: reduce)");
// New entries behind the button, by id; and those at the end of an oldest-first page, not in view yet.
const waiting = new Map();
const unseen = new Set();
const inView = new IntersectionObserver((seen) => seen.forEach((one) => one.isIntersecting && see(one.target)));
let title = document.title;
let withdrawn, saying;
let toSay = 0;

document.addEventListener("changes", ({ detail }) => {
  steadily(() => place(detail));
  count();
});
button?.addEventListener("click", showNew);
document.addEventListener("visibilitychange", arriveAtTop);
addEventListener("scroll", arriveAtTop);

function place({ parts, entries = [], days = {}, gone = [], pinned }) {
  for (const [name, html] of Object.entries(parts)) fill(name, html);
  if (pinned !== undefined) pin(pinned);
  gone.forEach(withdraw);
  let arrived = 0;
  for (const entry of entries) {
    const shown = document.querySelector(`#e${entry.id}`);
    if (shown) revise(shown, entry);
    else if (list) arrived += receive({ ...entry, section: days[entry.day] });
  }
  announce(arrived);
}

function fill(name, html) {
  for (const part of document.querySelectorAll(`[data-live=${name}]`)) {
    if (part.innerHTML.trim() === html) continue;
    const before = part.textContent.trim();
    keepFocus(part, () => {
      part.innerHTML = html;
      part.hidden = !html;
    });
    if (name === "title") title = title.replace(before, () => part.textContent.trim());
  }
}

function pin(pinned) {
  const box = document.querySelector("[data-live=pinned]");
  if (!box || (pinned && pinned.html === undefined)) return;
  fill("pinned", pinned?.html ?? "");
  box.dataset.entry = pinned?.id ?? "";
  if (pinned) mark(box);
}

function revise(shown, entry) {
  if (shown.dataset.change >= entry.change) return;
  const fresh = element(entry.html);
  keepFocus(shown, () => {
    if (shown.matches(".alone")) reviseAlone(shown, fresh);
    else {
      shown.className = fresh.className;
      shown.replaceChildren(...fresh.childNodes);
    }
  });
  shown.dataset.change = entry.change;
  mark(shown);
}

// On its own page an entry is laid out in another way.
function reviseAlone(shown, fresh) {
  if (withdrawn) {
    shown.replaceChildren(...withdrawn.nodes);
    ({ title } = withdrawn);
    withdrawn = null;
  }
  const headline = fresh.querySelector("h3")?.textContent;
  const h1 = shown.querySelector("h1");
  if (headline) {
    title = title.replace(h1.textContent, () => headline);
    h1.textContent = headline;
  }
  for (const name of [".text", ".mark", ".byline", ".edited"]) {
    const now = fresh.querySelector(name);
    const old = shown.querySelector(name);
    if (now && old) old.replaceWith(now);
    else if (now) shown.querySelector(".meta").append(" ", now);
    else old?.remove();
  }
}

function withdraw(id) {
  waiting.delete(id);
  const shown = document.querySelector(`#e${id}`);
  if (!shown) return;
  if (shown.matches(".alone")) return withdrawAlone(shown);
  tally(-1);
  see(shown);
  if (shown.contains(document.activeElement)) {
    const all = standing();
    const at = all.indexOf(shown);
    focus(all[at + 1] ?? all[at - 1] ?? list);
  }
  // It may come back before it is folded away.
  shown.id = "";
  delete shown.dataset.place;
  shown.inert = true;
  const { top, bottom, height } = shown.getBoundingClientRect();
  // Folding above what is read would move it.
  const above = standsAboveReading(top);
  if (above || bottom < 0 || top > innerHeight || document.hidden || still.matches) return clear(shown);
  shown.classList.add("folding");
  const folded = { blockSize: 0, paddingBlock: 0, opacity: 0 };
  shown.animate([{ blockSize: `${height}px` }, folded], FOLDS_IN).onfinish = () => clear(shown);
}

function clear(shown) {
  const day = shown.closest(".day");
  shown.remove();
  if (day && !day.querySelector(".entry")) day.remove();
}

function withdrawAlone(shown) {
  if (withdrawn) return;
  withdrawn = { nodes: [...shown.childNodes], title };
  const notice = document.querySelector("#withdrawn");
  const h1 = document.createElement("h1");
  h1.textContent = title = notice.dataset.title;
  keepFocus(shown, () => shown.replaceChildren(h1, notice.content.cloneNode(true)));
}

function standing() {
  return [...list.querySelectorAll("[data-place]")];
}

function belowOf({ place }) {
  return standing().find(({ dataset }) => numeric.compare(place, dataset.place) === (newestFirst ? 1 : -1));
}

// 1 when it is news, 0 when it fills a gap or belongs on another page.
function receive(entry) {
  const { only, openAbove, openBelow } = list.dataset;
  const below = belowOf(entry);
  const first = below === standing()[0];
  if ((only && only !== entry.day) || (first && openAbove === undefined) || (!below && openBelow === undefined)) return 0;
  const news = newestFirst ? first : !below;
  if (news && newestFirst && !atTheTop()) waiting.set(entry.id, entry);
  else {
    const shown = put(entry);
    // At the end nothing moves, so it need not wait; but the reader may not see it.
    if (news && !newestFirst && (document.hidden || shown.getBoundingClientRect().top > innerHeight)) {
      unseen.add(shown);
      inView.observe(shown);
    }
  }
  return Number(news);
}

function put(entry) {
  const shown = element(entry.html);
  const below = belowOf(entry);
  let day = list.querySelector(`[data-day="${entry.day}"]`);
  if (!day) {
    day = element(entry.section);
    list.insertBefore(day, below?.closest(".day"));
    list.querySelector(".empty")?.remove();
  }
  day.insertBefore(shown, day.contains(below) ? below : null);
  tally(1);
  mark(shown);
  return shown;
}

function atTheTop() {
  return !document.hidden && (scrollY < AT_THE_TOP || list.getBoundingClientRect().top > innerHeight);
}

function arriveAtTop() {
  if (!waiting.size || !atTheTop()) return;
  steadily(putWaiting);
  count();
}

function putWaiting() {
  const shown = [...waiting.values()].map(put);
  waiting.clear();
  return shown;
}

function showNew() {
  const shown = [...putWaiting(), ...unseen];
  const first = standing().find((entry) => shown.includes(entry));
  unseen.forEach(see);
  count();
  if (!first) return;
  // With the name of its day, if it is the first of it.
  (first.matches("h2 + *") ? first.parentElement : first).scrollIntoView();
  focus(first);
}

function see(shown) {
  inView.unobserve(shown);
  if (unseen.delete(shown)) count();
}

function count() {
  const number = waiting.size + unseen.size;
  document.title = number ? `(${number}) ${title}` : title;
  if (!button) return;
  if (number) button.textContent = inWords(button.dataset.forms, number);
  else if (document.activeElement === button) focus(list);
  button.hidden = !number;
}

function announce(arrived) {
  toSay += arrived;
  if (saying || !toSay) return;
  document.querySelector(".arrivals [role=status]").textContent = inWords(button.dataset.forms, toSay);
  toSay = 0;
  saying = setTimeout(() => {
    saying = 0;
    announce(0);
  }, SAID_AT_MOST_EVERY);
}

// How many are published, for since.js.
function tally(change) {
  list.dataset.count = Number(list.dataset.count) + change;
}
