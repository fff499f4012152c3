// Drawing the counter's screen.

import { el, enable, list, make, named, page, put, say, show, wordsFor } from "./page.js";
import { takesPresses } from "./ask.js";
import { fillRow, history, row, tagsOf, tickRows } from "./rows.js";
import { clock, since, till } from "./time.js";

/** drawDesk draws what the kiosk sent; at is this counter, me who works here. */
export function drawDesk(view, at, me) {
  drawCustomer(at);
  drawButtons(view, at, me);
  drawWaiting(view, at);
  drawHeld(view);
  drawFigures(view, at);
  put("who", me.name ? me.name + " " + me.staff : me.staff ?? "");
  tickDesk(view, at);
}

function drawCustomer(at) {
  const ticket = at.ticket;
  put("number", ticket ? ticket.number : say("state." + (at.state === "closed" && !page.guarded ? "open" : at.state)));
  el("number").classList.toggle("free", !ticket);
  put("service", ticket ? named("services", ticket.service) : at.state === "paused" && at.reason ? wordsFor("reason", at.reason) : "");
  const tags = ticket ? tagsOf(ticket) : [];
  if (ticket && at.state === "paused") tags.push(say("desk.pauses"));
  list(el("tags"), tags, (tag) => tag, () => make("span", "tag"), put);
  put("serving-label", say(ticket ? "desk.serving" : at.state === "paused" ? "desk.paused-for" : "desk.free-for"));
  show("waited-line", Boolean(ticket));
  put("waited", ticket ? clock(seconds(ticket.entered ?? ticket.issued, ticket.called)) : "–");
  list(el("history"), ticket ? history(ticket) : [], (line) => line, () => make("li", ""), put);
  show("closing", Boolean(ticket));
}

const seconds = (from, to) => (Date.parse(to) - Date.parse(from)) / 1000;

function drawButtons(view, at, me) {
  const ready = takesPresses();
  const ticket = at.ticket;
  drawNext(view, at, me, ready);
  for (const id of ["finish", "no-show", "hold", "transfer", "return", "split"]) enable(id, ready && Boolean(ticket));
  const recalls = ticket?.recalls ?? 0;
  enable("recall", ready && Boolean(ticket) && recalls < page.recalls);
  put(el("recall").firstChild, ticket ? say(recalls < page.recalls ? "desk.recall-n" : "desk.recall-over", { n: recalls, most: page.recalls }) : say("desk.recall"));
  el("no-show").classList.toggle("due", recalls >= page.recalls);
  enable("pause", ready && at.state !== "closed");
  put(el("pause").firstChild, say(at.state === "paused" ? "desk.resume" : "desk.pause"));
  enable("undo", ready);
}

/** drawNext writes on the main button what it would do, and with whom. */
function drawNext(view, at, me, ready) {
  const closed = at.state === "closed" && page.guarded;
  const coming = view.waiting.find((t) => t.id === at.next[0]);
  let what = at.ticket ? "desk.finish-call" : "desk.call";
  let whom = coming ? [coming.number, named("services", coming.service), ...tagsOf(coming)].join(" · ") : say("desk.nobody");
  let can = at.waiting > 0;
  if (at.ticket && !can) [what, can] = ["desk.finish", true];
  if (at.state === "paused") [what, whom, can] = ["desk.resume", "", true];
  if (closed) [what, whom, can] = ["desk.open", "", true];
  if (me.ending) [what, whom, can] = ["desk.finish", say("desk.ending"), Boolean(at.ticket)];
  put(el("next").querySelector(".what"), say(what));
  put("next-whom", whom);
  enable("next", ready && can);
}

/** drawWaiting lists whom the counter would call, in that order, and then the others of its services. */
function drawWaiting(view, at) {
  const coming = at.next.map((id) => view.waiting.find((t) => t.id === id)).filter(Boolean);
  const mayCall = (t) => !at.next.includes(t.id) && (!t.for || t.for === at.id) && (at.services.includes(t.service) || at.offered.includes(t.service));
  const rest = view.waiting.filter(mayCall);
  list(el("waiting"), coming.concat(rest), (t) => t.id, row, (node, t, i) => {
    fillRow(node, t, i < coming.length ? String(i + 1) : "", [named("services", t.service), ...tagsOf(t)].join(" · "));
    node.classList.toggle("soon", i < coming.length);
  });
  put("waiting-count", String(coming.length + rest.length));
  put("waiting-note", coming.length + rest.length === 0 ? say("desk.nobody") : "");
}

function drawHeld(view) {
  const held = view.held.toSorted((a, b) => (a.remind ?? "9").localeCompare(b.remind ?? "9"));
  list(el("held"), held, (t) => t.id, row, (node, t) => fillRow(node, t, "", t.hold_reason || named("services", t.service)));
  put("held-count", String(held.length));
}

function drawFigures(view, at) {
  put("served", String(at.today.served));
  put("mean-service", at.today.served > 0 ? clock(at.today.mean) : "–");
  put("mean-wait", view.today.served > 0 ? clock(view.today.mean_wait) : "–");
  put("figure-held", String(view.held.length));
  put("hall-waiting", String(view.waiting.length));
}

/** tickDesk draws what changes with time alone. */
export function tickDesk(view, at) {
  // Free since the last customer went, or since the counter began or went on to work.
  const free = [at.last, at.since].filter(Boolean).sort((a, b) => Date.parse(a) - Date.parse(b)).at(-1);
  const from = at.ticket ? at.ticket.called : { open: free, paused: at.since, closed: null }[at.state];
  put("serving", from ? clock(since(from)) : "–");
  tickRows();
  const left = at.undo ? till(at.undo.until) : 0;
  show("undo", left > 0);
  if (left > 0) put(el("undo").firstElementChild, say("desk.undo", { action: wordsFor("action", at.undo.action), number: at.undo.number, n: left }));
}
