// Changes the page without moving what the reader reads, or taking the keyboard from where it is.
export const AT_THE_TOP = 8;
const MARKED_FOR = 6000;
const READ = ".entry, .comment, .pinned, .lead, .in-place, h1, .conversations > h2";
const root = document.documentElement;
let anchor;

// Scrolls by as much as what is read has moved. At the very top it shows what comes.
export function steadily(change) {
  if (scrollY < AT_THE_TOP) return change();
  // Browsers that do so themselves would do it twice.
  root.style.overflowAnchor = "none";
  const read = inSight();
  anchor = read[0]?.element;
  change();
  anchor = null;
  const kept = read.find(({ element }) => element.isConnected && !element.inert && !element.hidden);
  if (kept) scrollBy(0, kept.element.getBoundingClientRect().top - kept.top);
  root.style.overflowAnchor = "";
}

// Does what is read, while the page changes steadily, stand below this height?
export function standsAboveReading(top) {
  return anchor?.getBoundingClientRect().top > top;
}

// Those in view, by their distance from where eyes rest: on the form that somebody writes in.
function inSight() {
  const eyes = innerHeight * 0.4;
  return [...document.querySelectorAll(READ)]
    .map((element) => {
      const { top, bottom, height } = element.getBoundingClientRect();
      const away = element.matches(".in-place:focus-within") ? -1 : Math.max(top - eyes, eyes - bottom, 0);
      return { element, top, away, seen: height && bottom > 0 && top < innerHeight };
    })
    .filter(({ seen }) => seen)
    .sort((a, b) => a.away - b.away);
}

export function keepFocus(container, change) {
  const held = document.activeElement;
  const inside = container.contains(held);
  change();
  if (!inside || (held.isConnected && !container.hidden)) return;
  const same = [...container.querySelectorAll("a")].find((link) => link.href === held.href);
  focus(container.hidden ? document.querySelector("main") : (same ?? container));
}

export function focus(target) {
  if (!target.matches("a, button, input, textarea")) target.tabIndex = -1;
  target.focus({ preventScroll: true });
}

export function mark(shown) {
  shown.classList.add("fresh");
  setTimeout(() => shown.classList.remove("fresh"), MARKED_FOR);
}

export function element(html) {
  return new Range().createContextualFragment(html).firstElementChild;
}

// The form of a text that a number takes in the page's language.
export function inWords(forms, number) {
  return JSON.parse(forms)[new Intl.PluralRules(root.lang).select(number)].replace("%(n)d", number);
}
