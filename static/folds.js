// Branches that a reader has folded stay so (they fold without a script), and what somebody links to is unfolded.
import { keep, kept } from "./kept.js";
import { onRows, section } from "./talk.js";

const KEY = "newsroom-folds";
const MOST_FOLDS = 200;
const { article } = document.body.dataset;
const folded = new Set(kept(KEY)[article]?.ids);

onRows(() => {
  for (const fold of section.querySelectorAll(".fold:not([data-known])")) {
    fold.dataset.known = "";
    if (folded.has(fold.id)) fold.checked = true;
  }
});
section.addEventListener("change", ({ target }) => {
  if (!target.matches(".fold")) return;
  folded.delete(target.id);
  if (target.checked) folded.add(target.id);
  keep(KEY, article, folded.size ? { ids: [...folded].slice(-MOST_FOLDS) } : null);
});
addEventListener("hashchange", showNamed);
showNamed();

export function unfold(comment) {
  for (let item = comment.parentElement; item; item = item.parentElement.closest("li")) {
    const fold = item.querySelector(":scope > .fold");
    if (fold) fold.checked = false;
  }
}

// What the address names, with or without a fragment. Who comes back is where they were.
function showNamed() {
  const named = section.querySelector(/^#c\d+$/.test(location.hash) ? location.hash : ".comment.target");
  if (!named) return;
  unfold(named);
  const [visit] = performance.getEntriesByType("navigation");
  if (location.hash || visit?.type === "navigate") named.scrollIntoView({ block: location.hash ? "start" : "center" });
}
