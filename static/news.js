// Marks what is new since the last visit, which only this browser knows; a key leads from one to the next.
import { unfold } from "./folds.js";
import { keep, kept } from "./kept.js";
import { me } from "./me.js";
import { focus, inWords } from "./steady.js";
import { authorOf, idOf, isTyping, onRows, rows, section, words } from "./talk.js";

const KEY = "newsroom-talk";
const A_VISIT = 10 * 60_000; // Who comes back so soon goes on with the same visit.
const { article } = document.body.dataset;
const last = kept(KEY)[article];
let seen = Number(section.dataset.comments);
// On a first visit nothing is new but what comes while the page is open.
const goesOn = last && Date.now() - last.at < A_VISIT;
const since = last ? (goesOn ? last.since : last.seen) : seen;
const sinceTime = last ? (goesOn ? last.sinceTime : last.at) : Date.now();
let hint, current;

onRows(markNew);
remember();
document.addEventListener("visibilitychange", remember);
document.addEventListener("keydown", (event) => {
  if ((event.key !== "n" && event.key !== "p") || isTyping(event)) return;
  jump(event.key === "n" ? 1 : -1);
});

// The reader has been shown everything up to this change.
export function hasSeen(change) {
  seen = Math.max(seen, change);
  remember();
}

function remember() {
  if (document.hidden) return;
  const other = kept(KEY)[article]?.seen ?? 0;
  keep(KEY, article, { seen: Math.max(seen, other), since, sinceTime });
}

async function markNew() {
  const { mine = {}, muted = [] } = (await me) ?? {};
  for (const comment of rows()) {
    mark(comment, isNew(comment) && !(idOf(comment) in mine) && !muted.includes(authorOf(comment)));
  }
  sayHowMany();
}

function mark(comment, isNew) {
  if (comment.classList.toggle("new", isNew) === Boolean(comment.querySelector(".newly"))) return;
  if (!isNew) return comment.querySelector(".newly").remove();
  const said = document.createElement("span");
  said.className = "mark newly";
  said.textContent = words.newMark;
  comment.querySelector(".who").append(" ", said);
}

function isNew(comment) {
  if (comment.dataset.n <= since || !comment.querySelector(".who")) return false;
  // Edited or picked since, not written.
  const changed = comment.querySelector(".edited, .pick");
  return !changed || Date.parse(comment.querySelector("time").dateTime) > sinceTime;
}

function sayHowMany() {
  const number = all().length;
  if (!number) return hint?.remove();
  if (!hint) {
    hint = document.createElement("p");
    hint.className = "news";
    hint.innerHTML = '<span role="status"></span> <button type="button"></button> <kbd>n</kbd>';
    const button = hint.querySelector("button");
    button.textContent = words.next;
    button.onclick = () => jump(1);
  }
  if (!hint.isConnected) section.append(hint);
  hint.firstElementChild.textContent = inWords(words.new, number);
}

function all() {
  return rows().filter((comment) => comment.matches(".new"));
}

function jump(way) {
  const found = all();
  if (!found.length) return;
  const at = found.indexOf(current);
  current = found.at(at < 0 ? (way > 0 ? 0 : -1) : (at + way) % found.length);
  unfold(current);
  current.scrollIntoView({ block: "center" });
  focus(current);
}
