// Photographs: chosen, taken, pasted or dropped; each is sent at once and then has its words beside it.
import { ask, Away, desk, say, words } from "./line.js";

const list = document.querySelector("#photographs");
const template = document.querySelector("#photograph");
const lostRow = document.querySelector("#photograph-lost");
const composer = document.querySelector("#composer");

// On their way to the site.
const coming = new Set();

// `changed` is called when the list is another one.
export function watch(changed) {
  const add = (files) => [...files].filter((file) => file.type.startsWith("image/") || /\.hei[cf]$/i.test(file.name)).forEach((file) => take(file, changed));
  document.querySelector("#choose").addEventListener("change", ({ target }) => {
    // Whatever was chosen: the site says of each file whether it is a photograph.
    [...target.files].forEach((file) => take(file, changed));
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

function take(file, changed) {
  const waiting = document.createElement("li");
  waiting.className = "quiet";
  list.append(waiting);
  const trying = develop(file, waiting, changed).finally(() => coming.delete(trying));
  coming.add(trying);
}

async function develop(file, waiting, changed) {
  const data = new FormData();
  data.set("photograph", file);
  waiting.textContent = words.photo;
  try {
    const item = row(await ask(`${desk.base}photographs/`, data, { seconds: 120 }));
    // Removed meanwhile, or the box holds another entry by now.
    if (!waiting.isConnected) return;
    waiting.replaceWith(item);
    changed();
    item.querySelector("input").focus();
  } catch (error) {
    const reason = error.message || words.away;
    offerAgain(file, waiting, changed, error instanceof Away, reason);
    say(`${file.name}: ${reason}`, "problem");
  }
}

// The row stays and says why, so that nothing goes out without it unnoticed. Where the line was down the file is here
// still, and nobody has to look for it again.
function offerAgain(file, waiting, changed, mayCome, reason) {
  const again = lostRow.content.cloneNode(true);
  again.querySelector(".name").textContent = file.name;
  again.querySelector(".reason").textContent = reason;
  again.querySelector("[data-again]").hidden = !mayCome;
  again.querySelector("[data-again]").addEventListener("click", () => {
    waiting.remove();
    take(file, changed);
  });
  waiting.replaceChildren(again);
  waiting.classList.add("lost");
}

export function areComing() {
  return coming.size > 0;
}

export async function come() {
  await Promise.all(coming);
}

// One that did not reach the site.
export function lost() {
  return list.querySelector(".lost");
}

// The first field that has no words yet for those who cannot see the picture.
export function undescribed() {
  return [...list.querySelectorAll("[data-of=alt]")].find((input) => !input.value.trim());
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
