// What is written is kept on this machine as it is typed, so that neither a crash nor a closed lid loses a line.
import { desk } from "./line.js";

const place = `desk:${desk.me}:${desk.article}`;
// Of each open page its own, as two may stand open on one desk. The queue is theirs together, an item for each entry.
const boxes = `${place}:box:`;
const queue = `${place}:queue:`;
const mine = boxes + newKey();
const pages = "BroadcastChannel" in window ? new BroadcastChannel(place) : null;
const ANSWERED_WITHIN = 150;
// What this machine has no room for waits here, as long as the page is open.
const homeless = new Map();

pages?.addEventListener("message", ({ data }) => data.ask && pages.postMessage({ here: mine }));

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null; // Blocked, or not ours.
  }
}

// False where it is full or blocked.
function write(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify({ ...value, keptAt: Date.now() }));
    return true;
  } catch {
    return value === null;
  }
}

function namesOf(prefix) {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  } catch {
    return [];
  }
}

function oldestFirst(items) {
  return items.filter(Boolean).sort((a, b) => a.keptAt - b.keptAt);
}

// What stands in the composer, and what was put aside for it; null for nothing. False where it cannot be kept.
export function keepBox(value) {
  return write(mine, value);
}

// What waits for the line, oldest first: an action, and the form's values.
export const waiting = {
  all() {
    return oldestFirst([...namesOf(queue).map(read), ...homeless.values()]);
  },
  // False where it will be gone with the page.
  add(item) {
    const stored = write(queue + plainKey(item.values.key), item);
    if (!stored) homeless.set(plainKey(item.values.key), { ...item, keptAt: Date.now() });
    return stored;
  },
  drop(key) {
    write(queue + plainKey(key), null);
    homeless.delete(plainKey(key));
  },
};

// The box of a page that was closed, the latest of them, which is this page's from now on; null where there is none.
export async function takeUp() {
  const open = await openPages();
  const closed = namesOf(boxes).filter((name) => name !== mine && !open.has(name)).map((name) => ({ name, value: read(name) }));
  const latest = closed.sort((a, b) => (a.value?.keptAt ?? 0) - (b.value?.keptAt ?? 0)).pop();
  if (!latest) return null;
  write(mine, latest.value);
  write(latest.name, null);
  return latest.value;
}

function openPages() {
  const found = new Set();
  if (!pages) return found;
  pages.addEventListener("message", ({ data }) => data.here && found.add(data.here));
  pages.postMessage({ ask: true });
  return new Promise((resolve) => setTimeout(() => resolve(found), ANSWERED_WITHIN));
}

// A form's key: made here, so that whatever is sent twice is one entry. (randomUUID needs https.)
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The site writes keys with strokes.
export function plainKey(key) {
  return key.replaceAll("-", "");
}
