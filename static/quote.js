// What a reader selects in a comment or an entry can be quoted in the answer: by a button beside it, or the key q.
import { hostOf, insert, open, writing } from "./reply.js";
import { isTyping, section, words } from "./talk.js";

const LINE = 6;
const button = document.createElement("button");
button.type = "button";
button.className = "quote";
button.textContent = words.quote;
let waiting;

document.addEventListener("selectionchange", () => {
  clearTimeout(waiting);
  waiting = setTimeout(offer, 200);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "q" && !isTyping(event) && selected()) {
    event.preventDefault();
    quote();
  }
});
// The selection stays.
button.addEventListener("pointerdown", (event) => event.preventDefault());
button.addEventListener("click", quote);

function selected() {
  const selection = getSelection();
  if (selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0).cloneRange();
  const start = range.startContainer;
  const text = (start.closest ? start : start.parentElement).closest(".comment .text, .entry .text");
  const words = selection.toString().trim();
  if (!text || !words || !endsWithin(text, range)) return null;
  const where = answerTo(text.closest(".comment, .entry"));
  return where && { range, words, ...where };
}

// Three clicks select a paragraph up to the beginning of what follows it: nothing of that.
function endsWithin(text, range) {
  if (text.contains(range.endContainer)) return true;
  const beyond = range.cloneRange();
  beyond.setStartAfter(text);
  range.setEnd(text, text.childNodes.length);
  return !beyond.toString().trim();
}

// Where an answer to it is written; nothing where nobody can.
function answerTo(said) {
  const write = section.querySelector(":scope > .write a");
  if (said.matches(".comment")) {
    const link = said.querySelector('.actions a[href$="/reply/"]');
    return link && { address: link.href, host: hostOf(link), back: link };
  }
  const back = said.querySelector(".meta a:last-child, h1") ?? write;
  return write && { address: `${write.href.replace(/\?.*/, "")}?entry=${said.id.slice(1)}`, host: said, back };
}

function offer() {
  const found = selected();
  if (!found) return button.remove();
  const { bottom, left, right } = found.range.getBoundingClientRect();
  section.ownerDocument.body.append(button);
  const most = document.documentElement.clientWidth - button.offsetWidth - LINE;
  button.style.top = `${bottom + scrollY + LINE}px`;
  button.style.left = `${Math.max(LINE, Math.min((left + right) / 2, most))}px`;
}

async function quote() {
  const found = selected();
  if (!found) return;
  const quoted = found.words.split("\n").map((line) => `> ${line}`.trimEnd()).join("\n");
  button.remove();
  getSelection().removeAllRanges();
  const area = writing() ?? await open(found.address, found.host, found.back);
  if (area) insert(area, quoted);
}
