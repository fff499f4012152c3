// The reception's page: tickets given by hand, and the lists of the hall with the appointments.

import { el, enable, enabled, press, put, say } from "./page.js";
import { listen } from "./live.js";
import { ask, asking, resume, retry, takesPresses } from "./ask.js";
import { drawDialog } from "./dialog.js";
import { drawLists, hallLists } from "./lists.js";
import { logoutButton } from "./logout.js";
import { tickRows } from "./rows.js";
import { timeOfDay } from "./time.js";

let view = null, me = {};

/** given shows the number to say or to write down for the customer. */
function given(ticket) {
  put("given-number", ticket.number);
  const quote = ticket.quote;
  put("given-page", ticket.page ? say("given.page", { page: ticket.page }) : "");
  put("given-facts", say("given.ahead", { n: ticket.ahead }) + (quote?.known ? say("given.wait", { low: quote.minutes[0], high: quote.minutes[1] }) : ""));
}

async function take(service) {
  const chosen = document.querySelector('#class input[name="class"]:checked').value;
  const boxes = [...document.querySelectorAll("#rest input")];
  const rest = boxes.filter((box) => box.checked && box.value !== service).map((box) => ({ service: box.value }));
  const ticket = await ask("/api/tickets", { service, ...(chosen && { class: chosen }), ...(rest.length > 0 && { rest }) }, { done: "done.take" });
  if (!ticket) return;
  given(ticket);
  // The next customer is another one.
  document.querySelector('#class input[name="class"]').checked = true;
  for (const box of boxes) box.checked = false;
}

function draw() {
  if (view) {
    drawLists(view);
    for (const button of el("services").children) {
      const service = view.services.find((s) => s.id === button.dataset.service);
      enable(button, takesPresses());
      put(button.lastElementChild, stateOf(service));
    }
    put("who", [me.name, me.staff].filter(Boolean).join(" "));
  }
  drawDialog();
}

function stateOf(s) {
  if (s.full) return say("level.full");
  if (!s.open) return s.next ? say("level.next", { time: timeOfDay(s.next) }) : say("level.closed");
  const wait = s.quote?.known ? say("given.wait", { low: s.quote.minutes[0], high: s.quote.minutes[1] }) : "";
  return say("given.waiting", { n: s.waiting }) + wait;
}

for (const button of el("services").children) press(button, () => { if (enabled(button)) take(button.dataset.service); });
logoutButton(() => "logout.page");
const told = (text, bad) => {
  put("message", text);
  el("message").classList.toggle("bad", bad);
};
hallLists({ told, given });
asking({ told, redraw: draw });

let first = true;
listen("/api/events", {
  queue: (sent) => {
    view = sent;
    draw();
    if (first) resume();
    first = false;
    retry();
  },
  session: (sent) => { me = sent; draw(); },
}, () => { draw(); retry(); });
setInterval(tickRows, 500);
