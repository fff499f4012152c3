// The board of a television. It shows what the kiosk sends, by the kiosk's clock, and hands each call to the announcer.
"use strict";

(() => {
  const words = JSON.parse(document.getElementById("words").textContent);
  const el = (id) => document.getElementById(id);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const state = document.body.dataset;

  const stale = 5 * 60000;      // ms after which a call is only listed
  const silence = 40000;        // ms without an event until the connection counts as lost; beats come every 15 s
  const noticeFor = 8000;       // ms for which a notice is shown, when there are several
  const memory = "announced " + location.pathname + location.search;

  let view = null;              // what the kiosk sent last
  let behind = 0;               // ms to add to our clock to get the kiosk's
  let offset = 0;               // ms to add to UTC to get local time
  let received = remembered();  // serial of the last call that came
  let notice = 0;

  // What was announced last is remembered, so that a page loaded anew goes on there. A page that remembers nothing, on a
  // new television or where nothing may be kept, begins with what comes after it was made.
  function remembered() {
    try {
      const kept = localStorage.getItem(memory);
      if (/^\d+$/.test(kept || "")) return kept;
    } catch { /* nothing may be kept here */ }
    remember(state.after);
    return state.after;
  }

  function remember(serial) {
    try {
      localStorage.setItem(memory, String(serial));
    } catch { /* as above */ }
  }

  const kioskNow = () => Date.now() + behind;

  function learnTime(moment) {
    behind = Date.parse(moment.now) - Date.now();
    offset = moment.offset * 1000;
  }

  function clock(ms) {
    const local = new Date(ms + offset);
    return String(local.getUTCHours()).padStart(2, "0") + ":" + String(local.getUTCMinutes()).padStart(2, "0");
  }

  // Drawing.

  function put(id, text) {
    const node = el(id);
    if (node.textContent !== text) node.textContent = text;
  }

  function make(tag, className, ...inside) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...inside);
    return node;
  }

  function pair(name) {
    if (name.en === name.zh) return [name.zh];
    const english = make("span", "", name.en);
    english.lang = "en";
    return [name.zh, " ", english];
  }

  function drawCall(call) {
    el("calling").classList.toggle("none", !call);
    put("number", call ? call.number : "");
    el("number").classList.toggle("long", Boolean(call) && call.number.length > 5);
    put("counter", call ? call.counter.zh : words.nobody.zh);
    put("counter-en", call ? (call.counter.en === call.counter.zh ? "" : call.counter.en) : words.nobody.en);
    el("again").hidden = !(call && call.again);
  }

  // drawIdle shows the newest call, quietly, while none is announced.
  function drawIdle() {
    el("calling").classList.remove("now");
    drawCall(view && view.calls.length > 0 ? view.calls[0] : null);
    drawCalls();
  }

  function drawCalls() {
    if (!view) return;
    const shown = state.calling;
    el("calls").replaceChildren(...view.calls.map((call) => {
      const item = make("li", String(call.serial) === shown ? "now" : announcer.waiting(call.serial) ? "soon" : "",
        make("strong", "", call.number), make("span", "to", "→"), make("span", "", ...pair(call.counter)));
      item.dataset.serial = call.serial;
      return item;
    }));
  }

  function drawCounters() {
    const open = view.counters.filter((c) => c.state !== "closed" || c.number);
    const list = el("counters");
    list.dataset.many = open.length > 12 ? "most" : open.length > 6 ? "more" : "few";
    list.classList.toggle("none", open.length === 0);
    list.replaceChildren(...(open.length === 0 ? [make("li", "closed", ...pair(words.closed))] : open.map((c) => {
      const quiet = c.state === "paused" && !c.number ? words.paused : words.free;
      return make("li", c.number ? "busy" : "", make("span", "name", ...pair(c)),
        c.number ? make("strong", "", c.number) : make("em", "", ...pair(quiet)));
    })));
  }

  function waitOf(s) {
    const text = s.low > 0 && s.low < s.high ? words.minutes : words.under;
    const values = { low: s.low, high: Math.max(1, s.high) };
    return { zh: fill(text.zh, values), en: fill(text.en, values) };
  }

  function drawServices() {
    const list = el("services");
    list.dataset.many = view.services.length > 7 ? "most" : view.services.length > 4 ? "more" : "few";
    list.replaceChildren(...view.services.map((s) => {
      const closed = !s.open && s.waiting === 0 ? words.none : s.full && s.waiting === 0 ? words.full : null;
      const wait = closed || (s.known ? waitOf(s) : null);
      return make("li", closed ? "closed" : "", make("span", "name", ...pair(s)),
        make("span", "wait", ...(wait ? pair(wait) : [])),
        make("strong", "", closed ? "" : fill(words.people.zh, { n: s.waiting })));
    }));
  }

  function drawNotice() {
    const notices = view ? view.notices : [];
    el("notice").replaceChildren(...(notices.length > 0 ? pair(notices[notice % notices.length]) : []));
    el("notice").classList.toggle("long", el("notice").textContent.length > 60);
  }

  function drawState() {
    const lost = state.online !== "true" && view;
    const said = lost ? { zh: fill(words.lost.zh, { time: clock(Date.parse(view.now)) }), en: fill(words.lost.en, { time: clock(Date.parse(view.now)) }) }
      : view && state.sound === "true" && !view.voice ? words.noVoice : null;
    el("state").replaceChildren(...(said ? pair(said) : []));
    el("state").classList.toggle("lost", Boolean(lost));
  }

  function drawClock() {
    if (!view) return;
    const now = new Date(kioskNow() + offset);
    put("clock", clock(kioskNow()));
    const date = { y: now.getUTCFullYear(), m: now.getUTCMonth() + 1, d: now.getUTCDate(), month: words.monthsEn[now.getUTCMonth()] };
    put("date-zh", fill(words.date.zh, { ...date, day: words.daysZh[now.getUTCDay()] }));
    put("date-en", fill(words.date.en, { ...date, day: words.daysEn[now.getUTCDay()] }));
  }

  // Calls.

  const announcer = makeAnnouncer({
    sound: state.sound === "true",
    show(call) {
      el("calling").classList.remove("now");
      void el("calling").offsetWidth; // so that the look of a new call begins anew
      el("calling").classList.add("now");
      drawCall(call);
      drawCalls();
    },
    rest: drawIdle,
    done: remember,
    blocked(is) { el("sound-on").hidden = !is; },
  });

  function come(call, serial) {
    received = serial;
    if (kioskNow() - Date.parse(call.at) > stale) {
      state.listed = Number(state.listed || 0) + 1;
      if (!announcer.busy()) remember(call.serial);
      return;
    }
    announcer.announce(call);
  }

  // A touch or a key is what a browser wants before it lets a page sound.
  function allowSound() {
    if (!el("sound-on").hidden) announcer.tryOut();
  }
  document.addEventListener("click", allowSound);
  document.addEventListener("keydown", allowSound);

  // Listening. The browser reconnects by itself, saying which call came last, unless the kiosk refuses; a connection that
  // has died without a word is noticed by its silence.

  let source = null;
  let watchdog = 0;

  function heard() {
    if (state.online !== "true") {
      state.online = "true";
      drawState();
    }
    clearTimeout(watchdog);
    watchdog = setTimeout(() => { lose(); connect(); }, silence);
  }

  function lose() {
    state.online = "false";
    drawState();
  }

  function draw() {
    drawCounters();
    drawServices();
    if (announcer.busy()) drawCalls(); else drawIdle();
    drawNotice();
    drawState();
    drawClock();
  }

  function connect() {
    if (source) source.close();
    source = new EventSource("/board/events?after=" + received);
    source.addEventListener("call", (event) => {
      const call = JSON.parse(event.data);
      learnTime(call);
      come(call, event.lastEventId);
      heard();
    });
    source.addEventListener("board", (event) => {
      view = JSON.parse(event.data);
      learnTime(view);
      view.withdrawn.forEach((serial) => announcer.withdraw(serial));
      if (view.version !== state.version && !announcer.busy()) {
        location.reload(); // the kiosk has a newer page
        return;
      }
      heard();
      draw();
    });
    source.addEventListener("beat", (event) => {
      learnTime(JSON.parse(event.data));
      heard();
    });
    source.addEventListener("error", () => {
      lose();
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, 2000);
    });
  }

  state.online = "false";
  connect();
  setInterval(drawClock, 1000);
  setInterval(() => { notice++; drawNotice(); }, noticeFor);
})();
