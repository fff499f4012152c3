// A ticket's page on its holder's telephone. It shows what the kiosk sends, asks by itself where nothing can be sent, and
// rings once for each call. Nothing is kept on the telephone.
"use strict";

(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const el = (id) => document.getElementById(id);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const state = document.body.dataset;
  const english = words.lang === "en";
  const named = (name) => (english ? name.en : name.zh);
  const place = location.pathname;

  const silence = 40000;    // ms without an event until the connection counts as lost; they come every 15 s
  const askEvery = 10000;   // ms between questions while there is no stream
  const answerWithin = 8000;

  const title = document.title;
  let view = JSON.parse(el("ticket").textContent);
  let rung = view.state === "called" ? 0 : view.call; // serial of the last call that rang
  let sound = null;         // where the bell sounds, once the holder allowed it

  // Drawing.

  function put(id, text) {
    const node = el(id);
    if (node.textContent !== text) node.textContent = text;
  }

  function clock(time) {
    const local = new Date(Date.parse(time) + view.offset * 1000);
    return String(local.getUTCHours()).padStart(2, "0") + ":" + String(local.getUTCMinutes()).padStart(2, "0");
  }

  function waitText() {
    if (!view.known) return words.noWait;
    if (view.low > 0 && view.low < view.high) return fill(words.minutes, view);
    return fill(words.under, { high: Math.max(1, view.high) });
  }

  function draw() {
    state.state = view.state;
    if (view.state === "unknown") {
      location.reload(); // which says so
      return;
    }
    put("number", view.number);
    put("service", named(view.service));
    const text = (view.state === "left" && words.reasons[view.reason]) || words.states[view.state] || "";
    put("headline", fill(text, { counter: named(view.counter) }));
    put("advice", words.advice[view.state] || "");
    el("rate").hidden = view.state !== "served";
    el("waiting").hidden = view.state !== "waiting";
    put("ahead", view.ahead === 0 ? words.next : fill(words.people, { n: view.ahead }));
    el("ahead").classList.toggle("words", view.ahead === 0);
    put("wait", waitText());
    el("wait").classList.toggle("words", !view.known);
    put("as-of", view.as_of ? fill(words.asOf, { time: clock(view.as_of) }) : "");
    el("alert").hidden = !["waiting", "held", "called"].includes(view.state);
    document.title = view.state === "called" ? words.calling + " · " + named(view.counter) : title;
    ring();
  }

  // Ringing. Sound and vibration need the holder's touch before.

  function ring() {
    if (view.state !== "called" || view.call <= rung) return;
    rung = view.call;
    state.rung = rung;
    if (navigator.vibrate) navigator.vibrate([400, 200, 400, 200, 800]);
    bell([659.26, 523.25, 659.26, 523.25]);
  }

  function bell(tones) {
    if (!sound) return;
    tones.forEach((hertz, i) => {
      const begin = sound.currentTime + i * 0.45;
      const tone = sound.createOscillator(), loud = sound.createGain();
      tone.frequency.value = hertz;
      loud.gain.setValueAtTime(0.0001, begin);
      loud.gain.exponentialRampToValueAtTime(0.5, begin + 0.02);
      loud.gain.exponentialRampToValueAtTime(0.0001, begin + 0.8);
      tone.connect(loud).connect(sound.destination);
      tone.start(begin);
      tone.stop(begin + 0.85);
    });
  }

  el("alert").addEventListener("click", () => {
    if (!sound) sound = new AudioContext();
    sound.resume();
    if (navigator.vibrate) navigator.vibrate(100);
    bell([659.26]);
    el("alert").setAttribute("aria-pressed", "true");
    put("alert", words.alerts);
  });

  // Listening, or asking.

  let source = null;
  let watchdog = 0;
  let asking = 0;

  function heard(text) {
    view = JSON.parse(text);
    state.online = "true";
    el("lost").hidden = true;
    draw();
  }

  function lose() {
    state.online = "false";
    el("lost").hidden = false;
  }

  function watch() {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => { source.close(); begin(); }, silence);
  }

  function begin() {
    clearTimeout(asking);
    source = new EventSource(place + "/events");
    source.addEventListener("ticket", (event) => {
      clearTimeout(asking);
      asking = 0;
      watch();
      heard(event.data);
    });
    source.addEventListener("error", () => { if (!asking) ask(); });
  }

  // ask asks for the state, and tries the stream anew now and then.
  async function ask() {
    try {
      const answer = await fetch(place + "/state", { signal: AbortSignal.timeout(answerWithin) });
      const text = await answer.text();
      if (!answer.ok && answer.status !== 404) throw new Error(answer.status);
      heard(text);
    } catch {
      lose();
    }
    clearTimeout(asking);
    asking = setTimeout(() => { if (source.readyState === EventSource.CLOSED) begin(); else ask(); }, askEvery);
  }

  // A page that was put away may have slept through a call.
  document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });

  begin();
  draw();
})();
