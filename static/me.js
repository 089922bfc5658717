// What is personal on the one page that everybody gets: the reader's name, their own comments, a moderator's links.
const link = document.querySelector("a.me");
const article = document.body.dataset.article;
const answer = await fetch(link.dataset.me + (article ? `?article=${article}` : ""), { headers: { Accept: "application/json" } })
  .then((response) => (response.ok ? response.json() : null))
  .catch(() => null);

if (answer?.name) {
  link.textContent = answer.name;
  link.href = link.dataset.you;
  const mine = new Set(answer.mine);
  for (const comment of document.querySelectorAll(".comment")) {
    const id = Number(comment.id.slice(1));
    if (mine.has(id)) addAction(comment, link.dataset.mine, `/c/${id}/mine/`);
    if (answer.moderator) addAction(comment, link.dataset.moderate, `/c/${id}/moderate/`);
  }
} else if (location.pathname !== link.pathname) {
  link.search = `?next=${encodeURIComponent(location.pathname + location.search)}`;
}

function addAction(comment, label, href) {
  const action = document.createElement("a");
  action.href = href;
  action.textContent = label;
  comment.querySelector(".actions")?.append(" ", action);
}
