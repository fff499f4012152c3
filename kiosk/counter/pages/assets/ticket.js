// What can be done with a ticket from a list: call it, put it into another class, note that the customer has left.

import { el, make, named, page, press, put, say, show } from "./page.js";
import { ask } from "./ask.js";
import { dialog, openDialog } from "./dialog.js";
import { history, tagsOf } from "./rows.js";
import { timeOfDay } from "./time.js";

/** ticketDialog returns what opens the dialog for a ticket's id. find finds the ticket while it waits or is held, acts
 * are the buttons that this page has for it: {words, act}; may says what else is allowed here: {leave, sort}. */
export function ticketDialog({ find, acts, may }) {
  let id = "";
  const path = (verb) => "/api/tickets/" + encodeURIComponent(id) + "/" + verb;
  const box = el("ticket-dialog");
  const close = (act) => () => { act(); box.close(); };
  dialog("ticket-dialog", () => false);
  press(el("ticket-left"), close(() => ask(path("leave"), {}, { done: "done.left" })));
  press(el("ticket-reclass"), close(() => {
    ask(path("class"), { class: new FormData(box.querySelector("form")).get("class") }, { done: "done.class" });
  }));

  return (chosen) => {
    const ticket = find(chosen);
    if (!ticket) return;
    id = chosen;
    openDialog("ticket-dialog", () => Boolean(find(chosen)));
    fill(ticket, may(ticket));
    el("ticket-acts").replaceChildren(...acts(ticket).map(({ words, act }) => {
      const button = make("button", "main sends", words);
      button.type = "button";
      press(button, close(act));
      return button;
    }));
    (el("ticket-acts").querySelector("button") ?? box.querySelector(".cancel")).focus();
  };
}

function fill(ticket, may) {
  put("ticket-title", ticket.number + " · " + named("services", ticket.service));
  put("ticket-facts", [say("ticket.taken", { time: timeOfDay(ticket.issued) }), ...tagsOf(ticket)].join(" · "));
  put("ticket-notes", history(ticket).join("\n"));
  // Somebody who is held is not called by class.
  const sorts = may.sort && ticket.status === "waiting" && Object.keys(page.names.classes).length > 0;
  show("ticket-class", sorts);
  show("ticket-reclass", sorts);
  show("ticket-left", may.leave);
  const now = el("ticket-class").querySelector('input[value="' + CSS.escape(ticket.class ?? "") + '"]');
  if (now) now.checked = true;
}
