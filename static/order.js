// The order that a reader has chosen is kept; on an article's page another order or choice comes in place.
import { keep, kept } from "./kept.js";
import { carry } from "./reply.js";
import { focus, steadily } from "./steady.js";
import { isPlainClick, listed, loadRows, section, tellOfRows } from "./talk.js";

const KEY = "newsroom-order";
const isOwnPage = location.pathname.endsWith("/comments/");
const chosen = new URLSearchParams(location.search);

section.addEventListener("click", (event) => {
  const link = event.target.closest(".list > .order a, .list > .filter a");
  if (!link || !isPlainClick(event)) return;
  const { order } = link.dataset;
  if (order) keep(KEY, "comments", { order });
  if (isOwnPage) return;
  event.preventDefault();
  bring(link.href).then(() => focus(listed().querySelector(order ? ".order" : ".filter")), () => location.assign(link.href));
});

const before = kept(KEY).comments?.order;
const link = section.querySelector(`[data-order="${before}"]`);
// An address that names an order is about that one.
if (link && !(isOwnPage && ["sort", "show", "after", "before"].some((name) => chosen.has(name)))) remembered(link).catch(() => null);

export async function bring(address) {
  put(await loadRows(address));
}

// Nobody asked for it now: it gives way to who writes already.
async function remembered(link) {
  const page = await loadRows(link.href);
  if (!document.querySelector(".in-place form")) put(page);
}

function put(page) {
  steadily(() => carry(() => listed().replaceWith(page.querySelector("#comments .list"))));
  tellOfRows();
}
