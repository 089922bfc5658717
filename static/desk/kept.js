// What is written is kept on this machine as it is typed, so that neither a crash nor a closed lid loses a line.
import { desk } from "./line.js";

const place = `desk:${desk.me}:${desk.article}`;
const queue = `${place}:queue`;
// Each open page has a box of its own, as two may stand open on one desk.
const boxes = `${place}:box:`;
const mine = boxes + newKey();
const pages = "BroadcastChannel" in window ? new BroadcastChannel(place) : null;
const ANSWERED_WITHIN = 150;

pages?.addEventListener("message", ({ data }) => data.ask && pages.postMessage({ here: mine }));

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(name));
  } catch {
    return null; // Blocked, or not ours.
  }
}

function write(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Full or blocked: the server's draft is there still.
  }
}

function names() {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(boxes) && name !== mine);
  } catch {
    return [];
  }
}

// `box`: what stands in the composer, and what was put aside for it; null for nothing. `queue`: what waits for the line,
// oldest first.
export const kept = {
  set box(value) { write(mine, value && { ...value, at: Date.now() }); },
  get queue() { return read(queue) ?? []; },
  set queue(value) { write(queue, value.length ? value : null); },
};

// The box of a page that was closed, the latest of them, which is this page's from now on; null where there is none.
export async function takeUp() {
  const open = await openPages();
  const closed = names().filter((name) => !open.has(name)).map((name) => ({ name, value: read(name) }));
  const [latest] = closed.sort((a, b) => (b.value?.at ?? 0) - (a.value?.at ?? 0));
  if (!latest) return null;
  kept.box = latest.value;
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
