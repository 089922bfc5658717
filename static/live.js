// Asks what changed on this article, by stream or by polling, and tells the page by a "changes" event (docs/live.md).
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const FIRST_WORD = 10 * SECOND; // Nothing by then: a proxy on the way holds streams back.
const SILENCE = 40 * SECOND; // The line beats every 15 s, so two beats are missing.
const LOST = 20 * SECOND; // Shorter drops are not worth a word.

const page = document.body.dataset;
const line = document.querySelector("#line");
const timers = {};
let change = Number(page.change);
let poll = 5;
let failures = 0;
let stream = null;
// Where streams do not come through they are tried after a minute, then ever more rarely.
let streamAt = 0;
let streamPause = MINUTE;
let heardAt = Date.now();
let question = 0;
let ended = false;

document.addEventListener("visibilitychange", () => (document.hidden ? rest() : catchUp()));
addEventListener("pagehide", pause); // With an open stream the page could not come back from the browser's history.
addEventListener("pageshow", (event) => event.persisted && catchUp());
addEventListener("online", catchUp);
if (document.hidden) rest();
else follow();

function follow() {
  pause();
  stream = new EventSource(address("stream"));
  stream.onmessage = (message) => {
    streamPause = MINUTE;
    tell(JSON.parse(message.data));
    beat();
  };
  stream.addEventListener("beat", beat);
  // After a mere drop the browser connects again by itself, from the last event on.
  stream.onerror = ({ target }) => target === stream && stream.readyState === EventSource.CLOSED && fallBack();
  after("step", FIRST_WORD, fallBack);
  expectAnswer();
}

function beat() {
  heard();
  if (stream) after("step", SILENCE, follow);
}

function fallBack() {
  streamAt = Date.now() + jittered(streamPause);
  streamPause = Math.min(2 * streamPause, 16 * MINUTE);
  ask();
}

async function ask() {
  pause();
  const mine = question;
  const before = change;
  let answer, pleaseWait;
  try {
    const response = await fetch(address("changes"), { signal: AbortSignal.timeout(15 * SECOND) });
    if (response.ok) answer = await response.json();
    else pleaseWait = response.headers.get("Retry-After") * SECOND;
    if (mine !== question) return;
    if (response.status === 400 || response.status === 404) return stop("line-stale");
  } catch {
    if (mine !== question) return;
  }
  if (answer) {
    // What has just ended was an outage, which says nothing about streams.
    if (failures) streamAt = 0;
    failures = 0;
    tell(answer);
    heard();
  } else failures += 1;

  if (ended) return;
  if (failures) after("step", Math.max(pleaseWait || 0, jittered(Math.min(poll * SECOND * 2 ** failures, 2 * MINUTE))), ask);
  else if (!document.hidden && Date.now() >= streamAt) follow();
  else if (answer.more || change !== before) ask();
  else after("step", jittered(document.hidden ? MINUTE : poll * SECOND), ask);
}

function tell(answer) {
  // A cache on the way may know less than a stream has told.
  if (answer.change < change) return;
  change = answer.change;
  Object.assign(page, { change, state: answer.state });
  document.dispatchEvent(new CustomEvent("changes", { detail: answer }));
  if (answer.reload) stop("line-changed");
  else if (answer.poll === null) stop();
  else poll = answer.poll;
}

// A hidden tab holds no line; once a minute it asks, for the number in its title.
function rest() {
  pause();
  clearTimeout(timers.lost);
  if (!ended) after("step", jittered(MINUTE), ask);
}

function catchUp() {
  if (ended) return;
  streamAt = 0;
  streamPause = MINUTE;
  ask();
  expectAnswer();
}

function pause() {
  question += 1; // An answer that is under way plans nothing any more.
  stream?.close();
  stream = null;
  clearTimeout(timers.step);
}

function stop(reason) {
  ended = true;
  pause();
  clearTimeout(timers.lost);
  line.replaceChildren();
  if (!reason) return;
  show(reason);
  line.querySelector("button").onclick = () => location.reload();
}

function heard() {
  heardAt = Date.now();
  if (ended) return;
  line.replaceChildren();
  expectAnswer();
}

function expectAnswer() {
  if (!document.hidden) after("lost", LOST + (stream ? 0 : poll * SECOND), sayLost);
}

function sayLost() {
  show("line-lost");
  // As all times of the page: in the article's zone, 24 hours, Western digits.
  const { zone: timeZone, zoneName } = line.dataset;
  const time = new Date(heardAt).toLocaleTimeString("en", { timeStyle: "short", hourCycle: "h23", timeZone });
  line.querySelector("time").textContent = `${time} ${zoneName}`;
}

function show(name) {
  line.replaceChildren(document.querySelector(`#${name}`).content.cloneNode(true));
}

function after(name, milliseconds, action) {
  clearTimeout(timers[name]);
  timers[name] = setTimeout(action, milliseconds);
}

function address(way) {
  return `/live/${page.article}/${way}?after=${change}`;
}

// A fifth more or less, so that a crowd that was cut off together does not come back together.
function jittered(milliseconds) {
  return milliseconds * (0.8 + 0.4 * Math.random());
}
