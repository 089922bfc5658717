// Nobody else is asked before a reader opens a card (newsroom/embeds.py).
document.addEventListener("click", (event) => {
  const card = event.target.closest("[data-embed]");
  if (!card || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-scripts allow-same-origin allow-popups allow-presentation";
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  frame.allow = "fullscreen; encrypted-media; picture-in-picture";
  frame.title = card.textContent;
  frame.src = card.dataset.embed;
  delete card.dataset.embed; // A link again.
  card.prepend(frame);
  frame.focus();
});

// What is personal on the one page that everybody gets: here the header, in mine.js the conversations.
const link = document.querySelector("a.me");
const { article } = document.body.dataset;

export const signIn = link.href;
export let me;
ask().then(greet);

// Anew, after something that changed it. Resolves to null where nobody answers.
export function ask() {
  me = fetch(link.dataset.me + (article ? `?article=${article}` : ""))
    .then((response) => response.json())
    .catch(() => null);
  return me;
}

function greet(answer) {
  if (answer?.name) {
    link.textContent = answer.name;
    link.href = link.dataset.you;
    if (answer.unseen) ring(answer.unseen);
  } else if (location.pathname !== link.pathname) {
    link.search = `?next=${encodeURIComponent(location.pathname + location.search)}`;
  }
}

function ring(number) {
  const bell = document.createElement("a");
  bell.className = "bell";
  bell.href = link.dataset.notices;
  const form = new Intl.PluralRules(document.documentElement.lang).select(number);
  bell.textContent = JSON.parse(link.dataset.new)[form].replace("%(n)d", number);
  link.before(bell);
}

// Where something is written on a page of its own.
if (document.querySelector("form.write textarea") || location.pathname.endsWith("/mine/")) import("./drafts.js");
