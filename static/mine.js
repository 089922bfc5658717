// What is the reader's own in the conversations that everybody gets: edit, withdraw, moderate, recommended, muted; and
// what is only for moderators.
import { ask, me, signIn } from "./me.js";
import { authorOf, idOf, isPlainClick, onRows, rows, section, words } from "./talk.js";

const SECOND = 1000;
let answer = null;

section.addEventListener("click", (event) => {
  const link = event.target.closest('.actions a[href$="/recommend/"]');
  if (!link || !isPlainClick(event)) return;
  event.preventDefault();
  if (!link.ariaBusy) recommend(link);
});
// A button takes the space bar too.
section.addEventListener("keydown", (event) => {
  if (event.key !== " " || !event.target.matches(".actions a[role=button]")) return;
  event.preventDefault();
  if (!event.repeat) event.target.click();
});
me.then(receive);

// After the reader has written something.
export async function askAnew() {
  receive(await ask());
}

function receive(given) {
  if (!given?.name) return;
  const isFirst = !answer;
  answer = given;
  if (given.moderator) for (const way of section.querySelectorAll(".moderators")) way.classList.remove("unscripted");
  if (isFirst) onRows(() => rows().forEach(makeTheirs));
  else rows().forEach(makeTheirs);
}

function makeTheirs(comment) {
  const id = idOf(comment);
  const isOwn = id in answer.mine;
  if (isOwn) {
    const left = answer.mine[id] * SECOND - Date.now();
    if (left > 0) setTimeout(() => action(comment, id, "edit")?.remove(), left);
    if (left > 0) offer(comment, id, "edit");
    offer(comment, id, "mine");
    action(comment, id, "report")?.remove();
  }
  if (answer.moderator) offer(comment, id, "moderate");
  else if (answer.picks && !isOwn && !comment.querySelector(".pick")) offer(comment, id, "pick");
  const link = action(comment, id, "recommend");
  if (link && isOwn) showOnly(link);
  else if (link && !link.role) press(link, answer.recommended.includes(id));
  mute(comment);
}

function action(comment, id, name) {
  return comment.querySelector(`.actions a[href="/c/${id}/${name}/"]`);
}

function offer(comment, id, name) {
  if (action(comment, id, name)) return;
  const link = document.createElement("a");
  link.href = `/c/${id}/${name}/`;
  link.textContent = words[name];
  comment.querySelector(".actions")?.append(" ", link);
}

// Nobody recommends their own.
function showOnly(link) {
  const said = document.createElement("span");
  said.textContent = link.textContent;
  // The link has a label where it says a number.
  if (link.ariaLabel) link.replaceWith(said);
  else link.remove();
}

function press(link, isOn) {
  link.role = "button";
  link.ariaPressed = String(isOn);
}

async function recommend(link) {
  const reader = await me;
  if (!reader?.name) return location.assign(`${signIn}?next=${encodeURIComponent(link.pathname)}`);
  link.ariaBusy = "true";
  try {
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
    const response = await fetch(link.href, {
      method: "POST",
      headers: { Accept: "application/json", "X-CSRFToken": token },
      body: new URLSearchParams({ on: link.ariaPressed === "true" ? 0 : 1 }),
    });
    if (!response.ok) throw new Error(response.status);
    const { recommends, on } = await response.json();
    link.textContent = `♥ ${recommends || words.recommend}`;
    link.ariaLabel = recommends ? `${words.recommend}, ${recommends}` : null;
    press(link, on);
  } catch {
    // Its own page says what is the matter.
    location.assign(link.href);
  } finally {
    link.ariaBusy = null;
  }
}

// Of somebody whom the reader does not want to read a line is left, and a button.
function mute(comment) {
  const by = comment.querySelector(".by");
  const author = authorOf(comment);
  if (!author || !answer.muted.includes(author) || comment.querySelector(".silence")) return;
  const line = document.createElement("p");
  line.className = "silence tombstone";
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link";
  button.textContent = words.show;
  button.onclick = () => {
    line.hidden = true;
    comment.classList.remove("muted");
    by.focus();
  };
  line.append(words.muted.replace("%(name)s", by.textContent), " ", button);
  comment.prepend(line);
  comment.classList.add("muted");
}
