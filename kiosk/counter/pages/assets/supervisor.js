// The supervisor's page: services against their levels, counters and who works there, what to open or close, and the
// lists of the hall.

import { el, enable, list, make, named, press, put, say, show, wordsFor } from "./page.js";
import { listen } from "./live.js";
import { ask, asking, resume, retry, takesPresses } from "./ask.js";
import { dialog, drawDialog, openDialog } from "./dialog.js";
import { caseList, fetchCases } from "./cases.js";
import { drawLists, hallLists } from "./lists.js";
import { logoutButton } from "./logout.js";
import { drawAdvice, drawLevels } from "./levels.js";
import { tickRows } from "./rows.js";
import { clock, since, timeOfDay } from "./time.js";

const path = (counter, verb) => "/api/counters/" + encodeURIComponent(counter) + "/" + verb;
const refetch = 5000; // ms between looks at service levels and advice

let view = null, outlook = null, chosen = "", me = {};

const at = (id) => view?.counters.find((c) => c.id === id);
const act = (id, verb, body = {}) => ask(path(id, verb), body, { done: "done." + verb, values: { counter: named("counters", id) } });

function draw() {
  if (view) {
    drawLists(view);
    drawCounters();
    drawLevels(view, outlook);
    drawFigures();
    put("who", [me.name, me.staff].filter(Boolean).join(" "));
  }
  drawAdvice(outlook, takesPresses());
  drawDialog();
}

function drawCounters() {
  list(el("counters"), view.counters, (c) => c.id, counterRow, (node, c) => {
    const [name, state, clerk, ticket, waiting, today, acts] = node.children;
    put(name, named("counters", c.id));
    put(state, [say("counter." + c.state), c.state !== "open" && c.reason ? wordsFor("reason", c.reason) : "", c.since ? timeOfDay(c.since) : ""].filter(Boolean).join(" · "));
    node.classList.toggle("closed", c.state === "closed");
    put(clerk, [c.clerk_name, c.clerk].filter(Boolean).join(" "));
    put(ticket.firstChild, c.ticket ? c.ticket.number : "–");
    if (c.ticket) ticket.lastChild.dataset.running = c.ticket.called;
    else delete ticket.lastChild.dataset.running;
    if (!c.ticket) put(ticket.lastChild, "");
    put(waiting, String(c.waiting));
    put(today, c.today.served > 0 ? say("counters.done", { n: c.today.served, mean: clock(c.today.mean) }) : "0");
    enable(acts.firstChild, takesPresses());
  });
}

function counterRow(c) {
  const button = make("button", "", say("counters.act"));
  button.type = "button";
  press(button, () => showCounter(c.id));
  const number = (className) => make("td", "n " + className);
  return make("tr", "", make("th", ""), make("td", ""), make("td", ""), make("td", "", make("strong", ""), make("span", "running")), number(""), number(""), make("td", "acts-cell", button));
}

function showCounter(id) {
  chosen = id;
  const c = at(id);
  openDialog("counter-dialog", () => Boolean(at(id)), named("counters", id));
  put("counter-facts", [c.clerk_name ?? c.clerk, c.ticket?.number, say("counters.offers", { services: c.offered.map((s) => named("services", s)).join("、") })].filter(Boolean).join(" · "));
  el("counter-acts").replaceChildren(...counterActs(c).map(([key, does]) => {
    const button = make("button", "sends", say(key));
    button.type = "button";
    press(button, () => { el("counter-dialog").close(); does(); });
    return button;
  }));
  el("counter-acts").querySelector("button").focus();
}

function counterActs(c) {
  const acts = [];
  if (c.state === "closed") acts.push(["counters.open", () => act(c.id, "open")]);
  if (c.state === "paused") acts.push(["desk.resume", () => act(c.id, "resume")]);
  if (c.state === "open") acts.push(["desk.pause", () => openDialog("pause-dialog", () => at(c.id)?.state === "open", named("counters", c.id))]);
  if (c.state !== "closed") acts.push(["counters.close", () => act(c.id, "close", { reason: "supervisor" })]);
  if (c.state === "open" && !c.ticket && c.waiting > 0) acts.push(["desk.call", () => act(c.id, "call")]);
  acts.push(["counters.go", () => location.assign("/counters/" + encodeURIComponent(c.id))]);
  return acts;
}

function drawFigures() {
  put("served", String(view.today.served));
  put("left", String(view.today.left));
  const survey = outlook?.survey ?? { mean: null };
  put("survey", survey.mean === null ? "–" : say("figures.survey-of", { mean: survey.mean.toFixed(1), n: survey.count }));
  const q = view.quotes;
  put("quotes", q && q.n > 0 ? say("figures.score", { n: q.n, mean: clock(q.mean), bias: (q.bias < 0 ? "−" : "+") + clock(Math.abs(q.bias)), share: Math.round(100 * q.coverage) }) : "–");
}

async function look() {
  fetchCases();
  try {
    const answer = await fetch("/api/supervisor");
    if (answer.ok) {
      outlook = await answer.json();
      draw();
    }
  } catch {
    // the connection is told of by itself; the next look is soon
  }
}

function tick() {
  tickRows();
  for (const node of document.querySelectorAll("[data-running]")) put(node, " " + clock(since(node.dataset.running)));
}

dialog("pause-dialog", (form) => { act(chosen, "pause", { reason: form.get("reason") }); });
dialog("counter-dialog", () => false);
el("advice").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button && button.getAttribute("aria-disabled") !== "true") act(button.dataset.counter, button.dataset.action, button.dataset.action === "close" ? { reason: "supervisor" } : {});
});
logoutButton(() => "logout.page");

const told = (text, bad) => {
  put("message", text);
  el("message").classList.toggle("bad", bad);
};
hallLists({
  told,
  actsFor: (ticket) => view.counters.filter((c) => c.state === "open" && !c.ticket).map((c) => ({
    words: say("ticket.call-to", { number: ticket.number, counter: named("counters", c.id) }),
    act: () => act(c.id, "call", { ticket: ticket.id }),
  })),
});
caseList({ staff: () => me.staff ?? "" });
asking({ told, redraw: draw });
show("advice", false);

let first = true;
listen("/api/events", {
  queue: (sent) => {
    view = sent;
    draw();
    tick();
    if (first) {
      resume();
      look();
    }
    first = false;
    retry();
  },
  session: (sent) => { me = sent; draw(); },
}, () => { draw(); retry(); });
setInterval(tick, 500);
setInterval(look, refetch);
