// The counter's screen: one customer, one main button. It shows what the kiosk sends and turns presses and keys into
// requests about the ticket that is at the counter at that moment.

import { el, enabled, page, press, put, say, strayEnter, writes } from "./page.js";
import { listen } from "./live.js";
import { ask, asking, resume, retry } from "./ask.js";
import { dialog, drawDialog, isOpen, openDialog } from "./dialog.js";
import { drawDesk, tickDesk } from "./desk-view.js";
import { logoutButton } from "./logout.js";
import { ticketDialog } from "./ticket.js";
import { now } from "./time.js";

const path = (verb) => "/api/counters/" + encodeURIComponent(page.counter) + "/" + verb;

let view = null;               // what the kiosk sent last
let me = { role: "supervisor" }; // who works here

const mine = () => view && view.counters.find((c) => c.id === page.counter);
const ticket = () => mine()?.ticket ?? null;
const held = () => ticket()?.id ?? "";

function draw() {
  if (view) drawDesk(view, mine(), me);
  drawDialog();
}

// closing is what the clerk says at the end of a visit.
function closing() {
  const outcome = document.querySelector('#closing input[name="outcome"]:checked');
  const note = el("note").value.trim();
  return { ...(outcome && { outcome: outcome.value }), ...(note && { note }) };
}

let about = ""; // the ticket that outcome and note are about

function forgetClosing() {
  if (about === held()) return;
  about = held();
  el("note").value = "";
  for (const input of document.querySelectorAll('#closing input[name="outcome"]')) input.checked = false;
}

function call(chosen = "") {
  const body = { ...(chosen && { ticket: chosen }), ...(held() && { finish: held(), ...closing() }) };
  return ask(path("call"), body, { done: "done.call" });
}

/** next is the main button: what it does is what it says. */
function next() {
  const at = mine();
  if (at.state === "paused") return ask(path("resume"), {}, { done: "done.resume" });
  if (at.state === "closed" && page.guarded) return ask(path("open"), {}, { done: "done.open" });
  return at.ticket && (me.ending || at.waiting === 0) ? presses.finish() : call();
}

const about1 = (id) => { const was = held(); openDialog(id, () => held() === was, ticket().number); };

const presses = {
  "next": next,
  "finish": () => ask(path("finish"), { ticket: held(), ...closing() }, { done: "done.finish" }),
  "recall": () => ask(path("recall"), { ticket: held() }, { done: "done.recall" }),
  "no-show": () => ask(path("no-show"), { ticket: held() }, { done: "done.no-show" }),
  "hold": () => about1("hold-dialog"),
  "transfer": () => { put("transfer-wrong", ""); about1("transfer-dialog"); },
  "return": () => about1("return-dialog"),
  "split": () => about1("split-dialog"),
  "undo": () => ask(path("undo"), {}, { done: "done.undo" }),
  "pause": () => (mine().state === "paused" ? next() : openDialog("pause-dialog", () => mine()?.state === "open")),
};

dialog("hold-dialog", (form) => {
  const reason = form.get("words").trim() || say("hold." + form.get("reason"));
  const minutes = Number(form.get("remind"));
  const remind = minutes > 0 ? { remind: new Date(now() + minutes * 60000).toISOString() } : {};
  ask(path("hold"), { ticket: held(), reason, ...remind }, { done: "done.hold" });
});
dialog("transfer-dialog", (form) => {
  const service = form.get("service"), to = form.get("to"), note = form.get("note").trim();
  if (!service && !to) {
    put("transfer-wrong", say("transfer.nowhere"));
    return false;
  }
  ask(path("transfer"), {
    ticket: held(), ...(service && { service }), ...(to && { to }), ...(note && { note }),
    back: form.has("back"), keep: form.has("keep"),
  }, { done: "done.transfer" });
  return true;
});
dialog("return-dialog", (form) => {
  ask(path("return"), { ticket: held(), place: Number(form.get("place")) }, { done: "done.return" });
});
dialog("split-dialog", (form) => {
  const chosen = form.get("class");
  ask(path("split"), { ticket: held(), service: form.get("service"), ...(chosen && { class: chosen }) }, { done: "done.split" });
});
dialog("pause-dialog", (form) => { ask(path("pause"), { reason: form.get("reason") }, { done: "done.pause" }); });
const showTicket = ticketDialog({
  acts: (chosen) => [{
    words: say(held() ? "ticket.finish-call" : "ticket.call", { number: chosen.number, held: ticket()?.number }),
    act: () => call(chosen.id),
  }],
  find: (id) => view.waiting.concat(view.held).find((t) => t.id === id),
  // Clerks may note that somebody has left whom they have set aside; classes are for reception and supervisor.
  may: (chosen) => ({ sort: me.role !== "clerk", leave: me.role !== "clerk" || chosen.status === "held" && chosen.counter === page.counter }),
});
for (const id of ["waiting", "held"]) {
  el(id).addEventListener("click", (event) => {
    const row = event.target.closest("button");
    if (row) showTicket(row.parentNode.dataset.id);
  });
}

for (const id of Object.keys(presses)) press(el(id), presses[id]);
logoutButton(() => (held() ? "logout.busy" : "logout.free"));

// Keys. A card reader types letters, digits and Enter: none of them presses anything outside a field.

const keys = {
  F1: "pause", F2: "next", F3: "finish", F4: "recall", F6: "no-show", F7: "hold", F8: "transfer", F9: "return", F10: "split",
};

function rows(step) {
  const all = [...document.querySelectorAll(".lists .rows button")];
  const at = all.indexOf(document.activeElement);
  // From elsewhere the way down begins with those who wait.
  const first = all.findIndex((row) => row.closest("#waiting"));
  all[Math.max(0, Math.min(all.length - 1, at < 0 ? Math.max(0, first) : at + step))]?.focus();
}

function closingByKey() {
  const field = document.querySelector('#closing input[name="outcome"]:checked') ?? document.querySelector('#closing input[name="outcome"]') ?? el("note");
  if (!el("closing").hidden) field.focus();
}

document.addEventListener("keydown", (event) => {
  const text = writes(event), radio = event.target.matches("input[type=radio]");
  if (strayEnter(event)) event.preventDefault();
  if (isOpen()) {
    if (keys[event.key]) event.preventDefault();
    return;
  }
  if (event.key === "Escape" && document.activeElement !== document.body) document.activeElement.blur();
  const undo = event.ctrlKey && event.key.toLowerCase() === "z" && !text;
  const space = event.key === " " && event.target === document.body;
  const id = undo ? "undo" : space ? "next" : event.ctrlKey || event.altKey || event.metaKey || event.shiftKey ? undefined : keys[event.key];
  if (id) {
    event.preventDefault();
    if (!event.repeat && !el(id).hidden && enabled(el(id))) presses[id]();
  } else if (!text && !radio && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    rows(event.key === "ArrowDown" ? 1 : -1);
  } else if (!text && event.key === "End") {
    event.preventDefault();
    closingByKey();
  }
});

asking({
  told: (text, bad) => {
    put("message", text);
    el("message").classList.toggle("bad", bad);
  },
  redraw: draw,
  about: () => [held(), mine()?.state, mine()?.undo?.until].join(" "),
});
let first = true;
listen("/api/events", {
  queue: (sent) => {
    view = sent;
    forgetClosing();
    draw();
    if (first) resume();
    first = false;
    retry();
  },
  session: (sent) => { me = sent; draw(); },
}, () => { draw(); retry(); });
setInterval(() => { if (view) tickDesk(view, mine()); }, 250);
