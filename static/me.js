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

// What is personal on the one page that everybody gets: a name, their own comments, a moderator's links.
const link = document.querySelector("a.me");
const article = document.body.dataset.article;
const answer = await fetch(link.dataset.me + (article ? `?article=${article}` : ""))
  .then((response) => response.json())
  .catch(() => null);

if (answer?.name) {
  link.textContent = answer.name;
  link.href = link.dataset.you;
  for (const comment of document.querySelectorAll(".comment")) {
    const id = Number(comment.id.slice(1));
    if (answer.mine.includes(id)) addAction(comment, id, "mine");
    if (answer.moderator) addAction(comment, id, "moderate");
  }
} else if (location.pathname !== link.pathname) {
  link.search = `?next=${encodeURIComponent(location.pathname + location.search)}`;
}

function addAction(comment, id, name) {
  const action = document.createElement("a");
  action.href = `/c/${id}/${name}/`;
  action.textContent = link.dataset[name];
  comment.querySelector(".actions")?.append(" ", action);
}
