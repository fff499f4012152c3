// Logging in: staff number and PIN, typed or by the pad on the screen, or a badge, whose reader types into a field and
// presses Enter. The counter is remembered on this computer.

import { el, enable, enabled, page, press, put, say, typedByReader } from "./page.js";
import { refusal } from "./ask.js";

const answerWithin = 10000; // ms

const form = el("login"), counter = el("counter"), staff = el("staff"), pin = el("pin"), badge = el("badge");
const main = form.querySelector(".main");

function tell(text) {
  put("wrong", text);
}

/** way is how to log in: by badge when one was read, wherever the reader typed it. */
function way(byReader) {
  if (badge.value) return { badge: badge.value };
  if (byReader && staff.value && !pin.value) return { badge: staff.value };
  if (byReader && pin.value && !staff.value) return { badge: pin.value };
  if (staff.value.trim() && pin.value) return { staff: staff.value.trim(), pin: pin.value };
  return null;
}

async function logIn(byReader) {
  const credentials = way(byReader);
  if (!enabled(main)) return;
  if (!credentials) {
    tell(say("login.missing"));
    (staff.value ? pin : staff).focus();
    return;
  }
  enable(main, false);
  tell(say("login.sending"));
  try {
    const answer = await fetch("/api/login", {
      method: "POST", headers: { "Content-Type": "application/json" }, signal: AbortSignal.timeout(answerWithin),
      body: JSON.stringify({ ...credentials, ...(counter.value && { counter: counter.value }), ...(el("take-over").checked && { take_over: true }) }),
    });
    const said = await answer.json();
    if (answer.ok) {
      localStorage.setItem("counter", counter.value);
      location.assign(home(said));
      return;
    }
    refuse(answer, said.error, credentials);
  } catch {
    tell(say("login.lost"));
  }
  enable(main, true);
}

/** home is where somebody of that role works. */
function home(me) {
  if (me.counter) return "/counters/" + encodeURIComponent(me.counter);
  return me.role === "supervisor" ? "/supervisor" : me.role === "reception" ? "/reception" : "/";
}

function refuse(answer, error, credentials) {
  const wait = answer.headers.get("Retry-After");
  tell(answer.status === 429 && wait ? say("login.wait", { n: wait }) : refusal(error));
  // The number may be right; what is secret is typed again.
  pin.value = badge.value = "";
  if (credentials.badge) staff.value = staff.value === credentials.badge ? "" : staff.value;
  if (error.code === "counter-needed" || error.code === "counter-taken") counter.focus();
  else (credentials.badge ? badge : pin).focus();
}

let fromReader = false;
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  if (event.repeat) event.preventDefault();
  fromReader = typedByReader(event);
  // After the number comes the PIN.
  if (event.target === staff && !fromReader && !pin.value) {
    event.preventDefault();
    pin.focus();
  }
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  logIn(fromReader);
  fromReader = false;
});

let field = staff; // that the pad types into
for (const input of [staff, pin]) input.addEventListener("focus", () => { field = input; });
el("pad").addEventListener("pointerdown", (event) => event.preventDefault()); // the field keeps the focus
for (const key of el("pad").children) {
  press(key, () => {
    if (key.dataset.erase) field.value = key.dataset.erase === "all" ? "" : field.value.slice(0, -1);
    else if (field.value.length < field.maxLength) field.value += key.dataset.digit;
    field.focus();
  });
}

const wanted = new URLSearchParams(location.search).get("counter") ?? localStorage.getItem("counter");
if (wanted && page.names.counters[wanted]) counter.value = wanted;
