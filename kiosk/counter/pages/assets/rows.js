// Rows of lists of tickets, and what is said about a ticket.

import { make, named, page, put, say, wordsFor } from "./page.js";
import { clock, now, since, timeOfDay } from "./time.js";

const seconds = (from, to) => (Date.parse(to) - Date.parse(from)) / 1000;

// Some outcomes the queue gives by itself, such as transferred.
const outcome = (id) => (page.names.outcomes[id] ?? wordsFor("outcome", id));

/** tagsOf says in words what is special about a ticket. */
export function tagsOf(ticket) {
  const tags = [];
  if (ticket.class) tags.push(named("classes", ticket.class));
  if (ticket.booked) tags.push(say("tag.booked", { time: timeOfDay(ticket.booked) }));
  if (ticket.for && ticket.status !== "called") tags.push(say("tag.for", { counter: named("counters", ticket.for) }));
  if (ticket.visit) tags.push(say("tag.split"));
  for (const leg of ticket.rest ?? []) tags.push(say("tag.then", { service: named("services", leg.service) }));
  return tags;
}

/** history tells what was before in this visit, newest first. */
export function history(ticket) {
  const lines = (ticket.stages ?? []).toReversed().map((stage) => [
    stage.called ? timeOfDay(stage.called) : "", named("services", stage.service), named("counters", stage.counter),
    stage.called && stage.ended ? say("desk.took", { time: clock(seconds(stage.called, stage.ended)) }) : "",
    stage.outcome ? outcome(stage.outcome) : "", stage.note ? say("desk.said", { note: stage.note }) : "",
  ].filter(Boolean).join(" · "));
  if (ticket.note) lines.unshift(say("desk.said", { note: ticket.note }));
  if (ticket.hold_reason && ticket.status === "called") lines.unshift(say("desk.was-held", { reason: ticket.hold_reason }));
  return lines;
}

/** row is a row that is pressed; fillRow fills it. */
export function row() {
  const button = make("button", "row");
  button.type = "button";
  button.append(make("span", "place"), make("strong", ""), make("span", "kind"), make("span", "since"));
  return make("li", "", button);
}

export function fillRow(node, ticket, place, kind) {
  const [placed, number, text, wait] = node.firstChild.children;
  put(placed, place);
  put(number, ticket.number);
  put(text, kind);
  text.title = kind;
  if (ticket.status === "held") {
    delete wait.dataset.since;
    wait.dataset.remind = ticket.remind ?? "";
  } else {
    delete wait.dataset.remind;
    wait.dataset.since = ticket.entered ?? ticket.issued;
  }
}

/** tickRows draws what changes with time alone: waits, and reminders that are due. */
export function tickRows() {
  for (const node of document.querySelectorAll("[data-since]")) put(node, say("minutes", { n: Math.floor(since(node.dataset.since) / 60) }));
  for (const node of document.querySelectorAll("[data-remind]")) {
    const due = node.dataset.remind && Date.parse(node.dataset.remind) <= now();
    put(node, due ? say("desk.due") : node.dataset.remind ? say("desk.remind", { time: timeOfDay(node.dataset.remind) }) : "");
    node.closest("li").classList.toggle("due", Boolean(due));
  }
}
