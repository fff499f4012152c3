// The counter page. It shows what the kiosk sends, counts seconds by the kiosk's clock, and turns presses into
// requests. One press is one intent with one request id: while no answer has come, the same button sends the same id
// again, so that nothing is done twice.
"use strict";

(() => {
  const counter = document.body.dataset.counter;
  const words = JSON.parse(document.getElementById("words").textContent);
  const names = JSON.parse(document.getElementById("names").textContent);
  const el = (id) => document.getElementById(id);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const shownWaiting = 10;     // customers listed
  const answerWithin = 10000;  // ms until a request counts as unanswered
  const silence = 40000;       // ms without an event until the connection counts as lost; beats come every 15 s
  const settle = 700;          // ms after an answer in which presses are taken for the end of a double press
  const sureFor = 4000;        // ms in which a no-show can be confirmed

  let view = null;       // what the kiosk sent last
  let behind = 0;        // ms to add to our clock to get the kiosk's
  let online = false;
  let intent = null;     // {key, request}: the press that has no answer yet
  let sending = false;
  let settledAt = 0;
  let sureUntil = 0;

  const mine = () => view && view.counters.find((c) => c.id === counter);
  const kioskNow = () => Date.now() + behind;
  const seconds = (since) => Math.max(0, Math.floor((kioskNow() - Date.parse(since)) / 1000));

  function clock(total) {
    const two = (n) => String(n).padStart(2, "0");
    const h = Math.floor(total / 3600), m = Math.floor(total / 60) % 60, s = total % 60;
    return h > 0 ? h + ":" + two(m) + ":" + two(s) : two(m) + ":" + two(s);
  }

  // Drawing.

  function put(id, text) {
    const node = el(id);
    if (node.textContent !== text) node.textContent = text;
  }

  function label(id, text) {
    const span = el(id).querySelector("span");
    if (span.textContent !== text) span.textContent = text;
  }

  // enable keeps the focus where it is, which the attribute disabled would not.
  function enable(id, can) {
    el(id).setAttribute("aria-disabled", String(!can));
  }

  function draw() {
    const at = mine();
    const ticket = at && at.ticket;
    put("number", ticket ? ticket.number : at ? words.free : "–");
    el("number").classList.toggle("free", !ticket);
    put("service", ticket ? names[ticket.service] || ticket.service : "\u00a0");
    put("waited", ticket ? clock(Math.max(0, Math.round((Date.parse(ticket.called) - Date.parse(ticket.issued)) / 1000))) : "–");
    drawButtons(at, ticket);
    drawWaiting(at);
    if (view) {
      put("served", String(view.today.served));
      put("left", String(view.today.left));
      put("mean-wait", view.today.served > 0 ? clock(Math.round(view.today.mean_wait)) : "–");
    }
    tick();
  }

  function drawButtons(at, ticket) {
    const ready = at && takesPresses();
    const retry = intent && intent.key.split(" ")[0];
    enable("next", ready && (at.waiting > 0 || retry === "call"));
    for (const id of ["finish", "recall", "no-show"]) enable(id, ready && (ticket || retry === id));
    label("next", ticket ? words.finishCall : words.call);
    const sure = Date.now() < sureUntil;
    label("no-show", sure ? words.sure : words.noShow);
    el("no-show").classList.toggle("sure", sure);
    el("connection").classList.toggle("off", !online);
    put("connection", online ? words.connected : words.connecting);
  }

  function drawWaiting(at) {
    const list = el("waiting");
    const waiting = at ? view.waiting.filter((t) => at.services.includes(t.service)) : [];
    put("waiting-count", view ? String(waiting.length) : "");
    list.replaceChildren(...waiting.slice(0, shownWaiting).map((t) => {
      const item = document.createElement("li");
      const number = document.createElement("strong"), service = document.createElement("span"), since = document.createElement("span");
      number.textContent = t.number;
      service.textContent = names[t.service] || t.service;
      service.title = service.textContent;
      since.dataset.issued = t.issued;
      item.append(number, service, since);
      return item;
    }));
    const more = waiting.length - shownWaiting;
    put("waiting-note", !at ? "" : waiting.length === 0 ? words.nobody : more > 0 ? fill(words.more, { n: more }) : "");
  }

  // tick draws what changes with time alone.
  function tick() {
    const at = mine();
    const ticket = at && at.ticket;
    put("serving", ticket ? clock(seconds(ticket.called)) : "–");
    for (const since of document.querySelectorAll("[data-issued]")) {
      const text = fill(words.minutes, { n: Math.floor(seconds(since.dataset.issued) / 60) });
      if (since.textContent !== text) since.textContent = text;
    }
  }

  function takesPresses() {
    return online && !sending && Date.now() - settledAt >= settle;
  }

  function say(text, bad) {
    put("message", text);
    el("message").classList.toggle("bad", Boolean(bad));
  }

  // Asking.

  function requestId() {
    const bytes = crypto.getRandomValues(new Uint8Array(12));
    return "page/" + Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  }

  async function ask(verb, ticket) {
    if (!takesPresses()) return;
    const key = verb + " " + ticket;
    if (!intent || intent.key !== key) intent = { key, request: requestId() };
    const body = { request: intent.request };
    if (verb === "call") { if (ticket) body.finish = ticket; } else body.ticket = ticket;
    sending = true;
    say(words.sending);
    draw();
    try {
      const answer = await fetch("/api/counters/" + encodeURIComponent(counter) + "/" + verb, {
        method: "POST", headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body), signal: AbortSignal.timeout(answerWithin),
      });
      const said = await answer.json();
      if (answer.ok) {
        intent = null;
        say(fill(words.done[verb], said));
      } else {
        if (answer.status < 500) intent = null;
        say(words.errors[said.error.code] || fill(words.failed, said.error), true);
      }
    } catch {
      say(words.unsure, true);
    }
    sending = false;
    settledAt = Date.now();
    setTimeout(draw, settle + 10);
    learn();
    draw();
  }

  // held is the ticket that a press is about: after a press without an answer, the one that it was about then.
  function held(verb) {
    if (intent && intent.key.startsWith(verb + " ")) return intent.key.slice(verb.length + 1);
    const at = mine();
    return at && at.ticket ? at.ticket.id : "";
  }

  // learn forgets an intent whose outcome the kiosk has shown in the meantime.
  function learn() {
    if (!intent || sending || intent.key.startsWith("recall ")) return;
    const at = mine();
    const present = at && at.ticket ? at.ticket.id : "";
    if (present !== intent.key.slice(intent.key.indexOf(" ") + 1)) {
      intent = null;
      say("");
    }
  }

  const presses = {
    "next": () => ask("call", held("call")),
    "finish": () => ask("finish", held("finish")),
    "recall": () => ask("recall", held("recall")),
    "no-show": () => {
      if (Date.now() < sureUntil) {
        sureUntil = 0;
        ask("no-show", held("no-show"));
        return;
      }
      sureUntil = Date.now() + sureFor;
      setTimeout(draw, sureFor + 10);
      draw();
    },
  };

  function attempt(id) {
    if (el(id).getAttribute("aria-disabled") === "false") presses[id]();
  }

  for (const id of Object.keys(presses)) {
    // detail counts the clicks of a double click: only its first is meant. Keys have 0.
    el(id).addEventListener("click", (event) => { if (event.detail <= 1) attempt(id); });
  }
  const keys = { n: "next", f: "finish", r: "recall", x: "no-show" };
  document.addEventListener("keydown", (event) => {
    const id = keys[event.key.toLowerCase()];
    if (!id || event.repeat || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    el(id).focus();
    attempt(id);
  });

  // Listening. The browser reconnects by itself unless the kiosk refuses; a connection that has died without a word is
  // noticed by its silence.

  let source = null;
  let watchdog = 0;

  function heard() {
    if (!online) {
      online = true;
      el("lost").hidden = true;
      draw();
    }
    clearTimeout(watchdog);
    watchdog = setTimeout(() => { lose(); connect(); }, silence);
  }

  function lose() {
    if (online) {
      online = false;
      draw();
    }
    el("lost").hidden = false;
  }

  function connect() {
    if (source) source.close();
    source = new EventSource("/api/events");
    source.addEventListener("queue", (event) => {
      view = JSON.parse(event.data);
      behind = Date.parse(view.now) - Date.now();
      learn();
      heard();
      draw();
    });
    source.addEventListener("beat", heard);
    source.addEventListener("error", () => {
      lose();
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
    });
  }

  connect();
  setInterval(tick, 1000);
  draw();
})();
