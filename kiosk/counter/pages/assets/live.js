// The connection to the kiosk. The browser reconnects by itself unless the kiosk refuses; a connection that has died
// without a word is noticed by its silence.

import { el, put, say, show } from "./page.js";
import { clock, now, setNow, timeOfDay } from "./time.js";

const silence = 40000; // ms without an event until the connection counts as lost; beats come every 15 s
const again = 2000;    // ms until a refused connection is tried again

let online = false;
let lostAt = 0;
let changed = () => {};

/** isOnline tells whether what is shown is what is. */
export const isOnline = () => online;

/** listen calls on.queue with each view that the kiosk sends, on.session with who is logged in when that changes, and
 * onChange when the connection is lost or back. */
export function listen(stream, on, onChange) {
  let source = null, watchdog = 0;
  changed = onChange;

  function heard() {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => { lose(); connect(); }, silence);
    turn(true);
  }

  function lose() {
    if (online || !lostAt) lostAt = Date.now();
    turn(false);
  }

  function connect() {
    if (source) source.close();
    source = new EventSource(stream);
    source.addEventListener("queue", (event) => {
      const view = JSON.parse(event.data);
      setNow(view.now);
      heard();
      on.queue(view);
    });
    source.addEventListener("session", (event) => on.session?.(JSON.parse(event.data)));
    source.addEventListener("beat", heard);
    source.addEventListener("error", () => {
      lose();
      if (source.readyState === EventSource.CLOSED) refused(connect);
    });
  }

  connect();
  setInterval(tick, 500);
}

/** refused finds out whether the kiosk wants a log-in again: then there is nothing to be had here. */
async function refused(connect) {
  try {
    const answer = await fetch("/api/me");
    if (answer.status === 401) {
      leave("session");
      return;
    }
  } catch {
    // no kiosk at all: it is tried again below
  }
  setTimeout(connect, again);
}

/** leave goes to the page for logging in, which says why. */
export function leave(why) {
  location.assign("/?why=" + encodeURIComponent(why));
}

function turn(on) {
  if (on === online) {
    tick();
    return;
  }
  online = on;
  tick();
  changed();
}

function tick() {
  show("lost", !online && lostAt > 0);
  if (!online && lostAt > 0) put("lost-for", clock((Date.now() - lostAt) / 1000));
  put("connection", say(online ? "live.connected" : "live.connecting"));
  el("connection").classList.toggle("off", !online);
  if (online) put("clock", timeOfDay(now(), true));
}
