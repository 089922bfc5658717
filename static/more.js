// "17 more replies" and "More conversations" load in place.
import { focus, steadily } from "./steady.js";
import { isPlainClick, listed, loadRows, merge, mergeConversations, section, tellOfRows, words } from "./talk.js";

let said;

section.addEventListener("click", (event) => {
  const link = event.target.closest(".conversation > .more a, .list a[rel=next]");
  if (!link || !isPlainClick(event)) return;
  event.preventDefault();
  if (!link.ariaBusy) bring(link);
});

async function bring(link) {
  link.ariaBusy = "true";
  said?.remove();
  const isNext = link.rel === "next";
  try {
    const page = await loadRows(link.href);
    if (!link.isConnected) return;
    let fresh;
    steadily(() => {
      const following = page.querySelector(isNext ? ".list a[rel=next]" : ".conversation > .more");
      fresh = isNext ? mergeConversations(page) : merge(page);
      const old = isNext ? link : link.parentElement;
      if (!following) (isNext && link.matches(".pages > :only-child") ? link.parentElement : old).remove();
      else if (isNext) link.href = following.href;
      else old.replaceWith(following);
    });
    tellOfRows();
    const first = fresh[0] ?? listed();
    focus(first);
    first.scrollIntoView({ block: "nearest" });
  } catch {
    said = document.createElement("span");
    said.role = "alert";
    said.textContent = ` ${words.notLoaded}`;
    link.after(said);
  } finally {
    link.ariaBusy = null;
  }
}
