// Asking the site, from a noisy place: who is signed out signs in and goes on, and a line that is down is said so.
export const desk = document.querySelector("#desk").dataset;
export const words = document.querySelector("#words").dataset;

// The line is down, or the site is away. What was asked may have been done: it is asked again with the same key.
export class Away extends Error {}

// The site says no: `answer.error` is a sentence for people.
export class Refused extends Error {
  constructor(status, answer) {
    super(answer?.error ?? (status === 500 ? words.failed : words.away));
    this.status = status;
    this.answer = answer ?? {};
  }
}

// `quietly`: of itself and not of somebody who waits for it, so it opens no dialog.
export async function ask(address, body, { seconds = 15, quietly = false } = {}) {
  let renewed = false;
  for (;;) {
    const response = await send(address, body, seconds);
    const answer = await response.json().catch(() => null);
    if (response.ok && answer) return answer;
    if (response.status === 401 && !quietly) await signIn();
    else if (response.status === 403 && !answer && !renewed) {
      // The form's token is gone with its cookie; the sign-in page gives a new one.
      renewed = true;
      await send(desk.login, null, seconds);
    } else throw new Refused(response.status, answer);
  }
}

async function send(address, body, seconds) {
  // Who this page belongs to: somebody else may have signed in meanwhile in another one.
  const headers = { Accept: "application/json", "X-CSRFToken": token(), "X-Desk-Person": desk.me };
  const options = { method: body ? "POST" : "GET", body, headers, signal: AbortSignal.timeout(seconds * 1000) };
  const response = await fetch(address, options).catch(() => null);
  // 500 is a fault of the site's own: asked again it would answer the same.
  if (!response || response.status > 500) throw new Away();
  return response;
}

export function token() {
  return document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
}

let signingIn = null;

// Several may find out at once that the session has ended; they wait for one and the same dialog.
function signIn() {
  signingIn ??= openSignIn().finally(() => (signingIn = null));
  return signingIn;
}

async function openSignIn() {
  const dialog = document.querySelector("#sign-in");
  const problem = dialog.querySelector(".errornote");
  const button = dialog.querySelector("button");
  problem.hidden = true;
  dialog.showModal();
  try {
    for (;;) {
      const how = await submitted(dialog);
      if (how === "closed") throw new Refused(401, { error: words.signedOut });
      if (how === "elsewhere") break;
      button.disabled = true;
      const refusal = await trySignIn(new FormData(dialog.querySelector("form")));
      button.disabled = false;
      if (!refusal) break;
      problem.textContent = refusal;
      problem.hidden = false;
    }
  } finally {
    button.disabled = false;
    dialog.querySelector("form").reset();
    dialog.onclose = null;
    dialog.close();
  }
}

// "here", "elsewhere": in another tab, from which somebody comes back, or "closed" by Escape.
function submitted(dialog) {
  return new Promise((resolve) => {
    const back = async () => {
      if (!document.hidden && (await isSignedIn())) done("elsewhere");
    };
    const done = (how) => {
      removeEventListener("focus", back);
      document.removeEventListener("visibilitychange", back);
      resolve(how);
    };
    addEventListener("focus", back);
    document.addEventListener("visibilitychange", back);
    dialog.querySelector("form").onsubmit = (event) => {
      event.preventDefault();
      done("here");
    };
    dialog.onclose = () => done("closed");
  });
}

async function isSignedIn() {
  const options = { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(15_000) };
  const answer = await fetch(desk.whoami, options)
    .then((response) => response.json())
    .catch(() => null);
  return Boolean(answer?.name);
}

async function trySignIn(data) {
  data.set("csrfmiddlewaretoken", token());
  const options = { method: "POST", body: data, redirect: "manual", signal: AbortSignal.timeout(15_000) };
  const response = await fetch(desk.login, options).catch(() => null);
  if (response?.type === "opaqueredirect") return (await isSignedIn()) ? "" : words.secondFactor;
  if (!response?.ok && response?.status !== 429) return words.away;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  return page.querySelector(".errorlist, .errors, [role=alert]")?.textContent.trim() || words.away;
}

// The line under the title, which is read aloud too.
export function say(sentence, kind = "") {
  const line = document.querySelector("#say");
  line.className = kind;
  line.textContent = sentence;
}
