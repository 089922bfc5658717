// A hold: an entry is scheduled some seconds ahead, and can be taken back until then. Several may be held at once.
import { refresh } from "./beside.js";
import { edit } from "./editing.js";
import { ask, Away, desk, say, words } from "./line.js";

const SECOND = 1000;
const AGAIN_AFTER = 700;
const panel = document.querySelector("#held");
const template = document.querySelector("#held-one");

export function hold(id, milliseconds) {
  const row = template.content.firstElementChild.cloneNode(true);
  const end = Date.now() + milliseconds;
  row.querySelector("button").addEventListener("click", () => undo(id, row, end));
  panel.append(row);
  panel.hidden = false;
  const count = () => {
    row.querySelector(".seconds").textContent = Math.max(0, Math.ceil((end - Date.now()) / SECOND));
    if (!row.isConnected) clearInterval(timer);
    // A second more for the site to send it out.
    else if (Date.now() > end + SECOND) gone(id, row);
  };
  const timer = setInterval(count, 250);
  count();
}

async function gone(id, row) {
  remove(row);
  refresh();
  const entry = await ask(`${desk.base}entries/${id}/`, null, { quietly: true }).catch(() => null);
  if (entry) say(words[entry.state] ?? words.kept, "done");
}

async function undo(id, row, end) {
  const button = row.querySelector("button");
  button.disabled = true;
  for (;;) {
    try {
      await ask(`${desk.base}entries/${id}/unschedule/`, new FormData());
      break;
    } catch (error) {
      say(error.message || words.away, "problem");
      // As long as there is time.
      if (!(error instanceof Away) || Date.now() > end) return remove(row);
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
    }
  }
  remove(row);
  refresh();
  await edit(`${desk.base}entries/${id}/`);
}

function remove(row) {
  row.remove();
  panel.hidden = !panel.children.length;
}
