// Photographs: chosen, taken, pasted or dropped; each is sent at once and then has its words beside it.
import { ask, desk, Refused, words } from "./line.js";

const list = document.querySelector("#photographs");
const template = document.querySelector("#photograph");
const composer = document.querySelector("#composer");

// For each sentence that people should read.
export function watch(say, changed) {
  const add = (files) => [...files].filter((file) => file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name)).forEach((file) => take(file, say, changed));
  document.querySelector("#choose").addEventListener("change", ({ target }) => {
    // Whatever was chosen: the site says of each file whether it is a photograph.
    [...target.files].forEach((file) => take(file, say, changed));
    target.value = "";
  });
  composer.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    add(event.clipboardData.files);
  });
  composer.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
  composer.addEventListener("drop", (event) => {
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
  list.addEventListener("click", ({ target }) => {
    if (target.dataset.do !== "remove") return;
    target.closest("li").remove();
    changed();
  });
}

async function take(file, say, changed) {
  const data = new FormData();
  data.set("photograph", file);
  const waiting = document.createElement("li");
  waiting.className = "quiet";
  waiting.textContent = words.photo;
  list.append(waiting);
  try {
    waiting.replaceWith(row(await ask(`${desk.base}photographs/`, data, { seconds: 120 })));
    list.querySelector("li:last-child input").focus();
    changed();
  } catch (error) {
    waiting.remove();
    say(error instanceof Refused ? `${file.name}: ${error.message}` : `${file.name}: ${words.away}`, "problem");
  }
}

function row(photograph) {
  const item = template.content.firstElementChild.cloneNode(true);
  item.dataset.id = photograph.id;
  item.dataset.thumb = photograph.thumb;
  item.querySelector("img").src = photograph.thumb;
  for (const input of item.querySelectorAll("[data-of]")) input.value = photograph[input.dataset.of] ?? "";
  return item;
}

// As the form sends them, and as they are kept on this machine.
export function written() {
  return [...list.querySelectorAll("li[data-id]")].map((item) => {
    const photograph = { id: Number(item.dataset.id) };
    for (const input of item.querySelectorAll("[data-of]")) photograph[input.dataset.of] = input.value;
    return photograph;
  });
}

export function kept() {
  return written().map((photograph) => ({ ...photograph, thumb: list.querySelector(`[data-id="${photograph.id}"]`).dataset.thumb }));
}

export function fill(photographs) {
  list.replaceChildren(...photographs.map(row));
}
