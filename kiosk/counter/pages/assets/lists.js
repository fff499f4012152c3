// The lists of the whole hall: those who wait, those on hold, and the appointments of the day; for the supervisor and
// the reception.

import { el, list, make, named, press, put, say, show, wordsFor } from "./page.js";
import { ask } from "./ask.js";
import { dialog, openDialog } from "./dialog.js";
import { ticketDialog } from "./ticket.js";
import { fillRow, row, tagsOf, tickRows } from "./rows.js";
import { at, clock, timeOfDay, today } from "./time.js";

let view = null;
let appointments = [];
let counted = ""; // what the list of appointments was fetched for
let failed = () => {};

/** hallLists makes the lists work. actsFor(ticket) are the further buttons for a ticket; given(ticket) hears of tickets
 * that appointments got. */
export function hallLists({ actsFor = () => [], given = () => {}, told }) {
  failed = told;
  tabs();
  const showTicket = ticketDialog({
    find: (id) => view.waiting.concat(view.held).find((t) => t.id === id), acts: actsFor, may: () => ({ leave: true, sort: true }),
  });
  for (const id of ["waiting", "held"]) rowsOf(id, showTicket);
  booking(given);
}

function rowsOf(id, act) {
  el(id).addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) act(button.parentNode.dataset.id);
  });
}

function tabs() {
  const all = [...document.querySelectorAll("[role=tab]")];
  const choose = (tab) => {
    for (const other of all) {
      other.setAttribute("aria-selected", String(other === tab));
      other.tabIndex = other === tab ? 0 : -1;
      show(other.getAttribute("aria-controls"), other === tab);
    }
  };
  all.forEach((tab, i) => {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (!step) return;
      const next = all[(i + step + all.length) % all.length];
      choose(next);
      next.focus();
    });
  });
}

function booking(given) {
  let id = "";
  const path = (which, verb) => "/api/appointments/" + encodeURIComponent(which) + "/" + verb;
  const find = () => appointments.find((a) => a.id === id && a.status === "booked");
  const arrive = async (which, chosen) => {
    const ticket = await ask(path(which, "arrive"), chosen ? { class: chosen } : {}, { done: "done.arrive" });
    if (ticket) given(ticket);
    fetchAppointments();
    return ticket;
  };
  rowsOf("booked", (chosen) => {
    id = chosen;
    const a = find();
    if (!a) return;
    openDialog("booked-dialog", find);
    put("booked-title", timeOfDay(a.at) + " · " + named("services", a.service));
    put("booked-facts", factsOf(a));
  });
  dialog("booked-dialog", (form) => { arrive(id, form.get("class")); });
  press(el("booked-cancel"), () => {
    ask(path(id, "cancel"), {}, { done: "done.cancel" }).then(fetchAppointments);
    el("booked-dialog").close();
  });
  press(el("book"), () => openDialog("book-dialog", () => true));
  dialog("book-dialog", (form) => {
    const name = form.get("name").trim(), phone = form.get("phone").trim();
    ask("/api/appointments", {
      service: form.get("service"), at: at(today(), form.get("time")), ...(name && { name }), ...(phone && { phone }),
    }, { done: "done.book", values: { time: form.get("time") } }).then(fetchAppointments);
  });
  el("arrive").addEventListener("submit", async (event) => {
    event.preventDefault();
    const code = el("arrive-code").value.trim();
    if (code && await arrive(code, "")) el("arrive-code").value = "";
  });
}

const factsOf = (a) => [
  a.name, a.code && say("booked.with-code", { code: a.code }), a.phone && say("booked.with-phone", { phone: a.phone }),
  a.origin && wordsFor("origin", a.origin), wordsFor("status", a.status), a.reason,
].filter(Boolean).join(" · ");

async function fetchAppointments() {
  try {
    const answer = await fetch("/api/appointments");
    if (answer.ok) appointments = (await answer.json()).appointments;
    else counted = "";
    drawBooked();
  } catch {
    counted = ""; // it is fetched again with the next change
  }
}

/** drawLists draws them all. */
export function drawLists(sent) {
  view = sent;
  list(el("waiting"), view.waiting, (t) => t.id, row, (node, t, i) => fillRow(node, t, String(i + 1), [named("services", t.service), ...tagsOf(t)].join(" · ")));
  put("waiting-count", String(view.waiting.length));
  put("waiting-note", view.waiting.length === 0 ? say("desk.nobody") : "");
  list(el("held"), view.held, (t) => t.id, row, (node, t) => fillRow(node, t, "", [t.hold_reason, named("counters", t.counter)].filter(Boolean).join(" · ")));
  put("held-count", String(view.held.length));
  put("held-note", view.held.length === 0 ? say("held.none") : "");
  put("booked-count", String(view.appointments.booked));
  const counts = JSON.stringify(view.appointments) + view.day;
  if (counts !== counted) {
    counted = counts;
    fetchAppointments();
  }
  put("issued", String(view.today.issued));
  put("mean-wait", view.today.served > 0 ? clock(view.today.mean_wait) : "–");
  tickRows();
}

function drawBooked() {
  list(el("booked"), appointments, (a) => a.id, row, (node, a) => {
    const [place, time, who, state] = node.firstChild.children;
    put(place, "");
    put(time, timeOfDay(a.at));
    put(who, [named("services", a.service), a.name].filter(Boolean).join(" · "));
    put(state, wordsFor("status", a.status));
    node.classList.toggle("over", a.status !== "booked");
  });
  put("booked-note", appointments.length === 0 ? say("booked.none") : "");
}
