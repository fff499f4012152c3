// Presses become requests. One press is one intent with one request id: an answer that is lost is asked for again with
// the same id, also over a reload of the page, so that nothing is done twice.

import { has, say } from "./page.js";
import { isOnline, leave } from "./live.js";

const answerWithin = 8000; // ms until a request counts as unanswered
const settle = 700;        // ms after an answer in which presses are taken for the end of a double press
const tryAgain = 1000;     // ms between tries while the kiosk can be reached
const tries = 3;           // of those, before a person is asked to press again
const fresh = 120000;      // ms after which an intent is no longer carried out by itself: people have moved on

let intent = null;  // {key, about, path, body, at, tries}: the press that has no answer yet
let sending = false;
let settledAt = 0;
let told = () => {};   // told(text, bad)
let redraw = () => {};
let about = () => "";  // what presses are about, such as the ticket at the counter
const kept = "intent " + location.pathname;

/** asking says where to tell outcomes, how to draw, and what presses are about: when that changes while no answer has
 * come, what was wanted has happened or no longer makes sense. */
export function asking(options) {
  told = options.told;
  redraw = options.redraw;
  about = options.about ?? about;
}

/** takesPresses tells whether a press would be carried out. */
export const takesPresses = () => isOnline() && !sending && !unanswered() && Date.now() - settledAt >= settle;

/** unanswered tells whether an intent is being tried again. */
const unanswered = () => intent !== null && intent.waits === true;

function requestId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return "page/" + Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}

/** ask sends a press to the kiosk. done is a key of the catalogue for its success, filled from the answer and values.
 * It resolves to the answer, or to null when the press was refused or is not answered. */
export async function ask(path, body = {}, { done = "", values = {} } = {}) {
  if (!takesPresses()) return null;
  const key = path + " " + JSON.stringify(body);
  if (!intent || intent.key !== key) {
    intent = { key, about: about(), path, body: { ...body, request: requestId() }, done, values, at: Date.now() };
  }
  intent.tries = 0;
  return send();
}

async function send() {
  const mine = intent;
  mine.tries++;
  mine.waits = false;
  sending = true;
  keep();
  told(say("ask.sending"), false);
  redraw();
  let said = null;
  try {
    const answer = await fetch(mine.path, {
      method: "POST", headers: { "Content-Type": "application/json" },
      body: JSON.stringify(mine.body), signal: AbortSignal.timeout(answerWithin),
    });
    said = await answer.json();
    sending = false;
    said = outcome(mine, answer, said);
  } catch {
    sending = false;
    said = null;
    unsure(mine);
  }
  settledAt = Date.now();
  setTimeout(redraw, settle + 10);
  keep();
  redraw();
  return said;
}

/** outcome tells what the kiosk answered. A failure of the kiosk keeps the intent: it may have been written down. */
function outcome(mine, answer, said) {
  if (answer.ok) {
    intent = null;
    told(mine.done ? say(mine.done, { ...said, ...mine.values }) : "", false);
    return said;
  }
  if (answer.status === 401) {
    intent = null;
    keep();
    leave("session");
    return null;
  }
  if (answer.status < 500) intent = null;
  told(refusal(said.error), true);
  return null;
}

/** refusal puts a refusal into words. */
export function refusal(error) {
  return has("error." + error.code) ? say("error." + error.code, error) : say("ask.refused", error);
}

/** unsure tries again by itself while that makes sense. */
function unsure(mine) {
  if (mine.tries >= tries && isOnline()) {
    told(say("ask.unsure"), true);
    return;
  }
  mine.waits = true;
  told(say("ask.retrying"), true);
  setTimeout(retry, tryAgain);
}

/** retry goes on with an intent that has no answer, as soon as the kiosk can be reached. It is called when the
 * connection is back and when the kiosk has shown something new. */
export function retry() {
  if (!intent || sending) return;
  if (about() !== intent.about) {
    forget("");
  } else if (intent.waits && isOnline()) {
    if (Date.now() - intent.at > fresh) forget(say("ask.stale"));
    else send();
  }
}

function forget(text) {
  intent = null;
  keep();
  told(text, text !== "");
  redraw();
}

function keep() {
  if (intent) sessionStorage.setItem(kept, JSON.stringify(intent));
  else sessionStorage.removeItem(kept);
}

/** resume takes up what had no answer when the page was loaded again. It is called once, when the first view is there. */
export function resume() {
  const text = sessionStorage.getItem(kept);
  if (!text || intent) return;
  intent = { ...JSON.parse(text), waits: true, tries: 0 };
  retry();
}

/** tell says something where outcomes are told. */
export const tell = (text, bad) => told(text, bad);
