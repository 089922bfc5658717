// What is written is kept on this machine as it is typed, so that neither a crash nor a closed lid loses a line.
import { desk } from "./line.js";

const place = `desk:${desk.me}:${desk.article}`;

function read(name) {
  try {
    return JSON.parse(localStorage.getItem(`${place}:${name}`));
  } catch {
    return null; // Blocked, or not ours.
  }
}

function write(name, value) {
  try {
    if (value === null) localStorage.removeItem(`${place}:${name}`);
    else localStorage.setItem(`${place}:${name}`, JSON.stringify(value));
  } catch {
    // Full or blocked: the server's draft is there still.
  }
}

// `box`: what stands in the composer; `aside`: a new entry put aside while an old one is edited; `queue`: what waits for
// the line, oldest first.
export const kept = {
  get box() { return read("box"); },
  set box(value) { write("box", value); },
  get aside() { return read("aside"); },
  set aside(value) { write("aside", value); },
  get queue() { return read("queue") ?? []; },
  set queue(value) { write("queue", value.length ? value : null); },
};

// A form's key: made here, so that whatever is sent twice is one entry. (randomUUID needs https.)
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
