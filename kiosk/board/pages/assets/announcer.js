// The announcer takes calls one after another: each is shown for its time and heard to its end before the next begins.
// None is left out; when many wait, each takes less time. What it does can be read from the page's body: data-calling is
// the serial of the call being shown, data-backlog how many wait, data-shown and data-sounded how many have been shown
// and heard to the end, data-announced the serial of the last one that is done with.
"use strict";

// makeAnnouncer needs show(call), called when a call begins, rest(), called when there is none left, done(serial), and
// blocked(is), called when the browser refuses sound and when it no longer does.
function makeAnnouncer({ sound, show, rest, done, blocked }) {
  const paces = [ // by how many wait with the one that begins
    { upTo: 2, pace: "full", least: 6000, between: 300 }, // ms, and ms until the next one
    { upTo: 6, pace: "brisk", least: 4000, between: 300 },
    { upTo: 30, pace: "quick", least: 2000, between: 300 },
    { upTo: Infinity, pace: "stroke", least: 600, between: 50 },
  ];
  const begins = 8000;    // ms in which a sound has to begin
  const overtime = 5000;  // ms that a sound may take beyond its length

  const state = document.body.dataset;
  const queue = [];
  let current = null;     // {call, timers, audio, seen, heard}
  let ahead = null;       // {url, audio}: the next sound, being loaded
  state.backlog = state.shown = state.sounded = 0;

  const paceFor = (waiting) => paces.find((p) => waiting <= p.upTo);
  const address = (call, pace) => "/board/calls/" + call.serial + "?pace=" + pace;

  function load(url) {
    const audio = new Audio();
    audio.preload = "auto";
    audio.src = url;
    return audio;
  }

  // tryOut plays silence: whether sound is allowed is known before the first call, and the browser has started what it
  // plays sound with, which took half a second of the first call.
  function tryOut() {
    if (!sound) return;
    load("/board/silence").play().then(() => blocked(false), (reason) => {
      if (reason.name === "NotAllowedError") blocked(true);
    });
  }

  // prepare loads the sound of the next call while the present one is heard.
  function prepare() {
    if (!sound || queue.length === 0) return;
    const url = address(queue[0], paceFor(queue.length).pace);
    if (!ahead || ahead.url !== url) ahead = { url, audio: load(url) };
  }

  function next() {
    state.backlog = queue.length;
    if (current) return;
    if (queue.length === 0) {
      rest();
      return;
    }
    const { pace, least, between } = paceFor(queue.length);
    const call = queue.shift();
    const turn = { call, between, seen: false, heard: !sound, timers: [] };
    current = turn;
    state.backlog = queue.length;
    state.calling = call.serial;
    state.pace = pace;
    show(call);
    turn.timers.push(setTimeout(() => { turn.seen = true; finish(turn); }, least));
    if (sound) play(turn, address(call, pace));
    prepare();
  }

  function play(turn, url) {
    const audio = ahead && ahead.url === url ? ahead.audio : load(url);
    ahead = null;
    turn.audio = audio;
    const heard = () => { turn.heard = true; finish(turn); };
    const guard = (ms) => {
      clearTimeout(turn.guard);
      turn.guard = setTimeout(heard, ms);
    };
    guard(begins);
    audio.addEventListener("playing", () => {
      state.playing = turn.call.serial;
      blocked(false);
      guard((Number.isFinite(audio.duration) ? audio.duration * 1000 : 20000) + overtime);
    });
    audio.addEventListener("ended", () => {
      state.sounded = Number(state.sounded) + 1;
      heard();
    });
    audio.addEventListener("error", heard);
    audio.play().catch((reason) => {
      if (reason.name === "NotAllowedError") blocked(true);
      heard();
    });
  }

  // finish goes on once a call has been both seen and heard.
  function finish(turn) {
    if (turn !== current || !turn.seen || !turn.heard) return;
    state.shown = Number(state.shown) + 1;
    leave(turn);
    done(turn.call.serial);
    setTimeout(next, turn.between);
  }

  function leave(turn) {
    turn.timers.forEach(clearTimeout);
    clearTimeout(turn.guard);
    if (turn.audio) {
      turn.audio.pause();
      turn.audio.removeAttribute("src");
      turn.audio.load();
    }
    current = null;
    delete state.calling;
    delete state.pace;
    state.announced = turn.call.serial;
  }

  tryOut();
  return {
    tryOut,
    // announce puts a call at the end.
    announce(call) {
      queue.push(call);
      prepare();
      next();
    },
    // withdraw takes a call off, also the one being shown.
    withdraw(serial) {
      const at = queue.findIndex((call) => call.serial === serial);
      if (at >= 0) queue.splice(at, 1);
      if (current && current.call.serial === serial) {
        setTimeout(next, current.between);
        leave(current);
        done(serial);
      }
      state.backlog = queue.length;
    },
    waiting: (serial) => queue.some((call) => call.serial === serial),
    busy: () => current !== null || queue.length > 0,
  };
}
