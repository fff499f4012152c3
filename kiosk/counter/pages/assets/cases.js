// What somebody has to see to: bad ratings and complaints, the one that is due first in front. For supervisors.

import { el, list, make, named, page, press, put, say, show, wordsFor } from "./page.js";
import { ask } from "./ask.js";
import { dialog, openDialog } from "./dialog.js";
import { dayAndTime } from "./time.js";

let sent = null; // {open, ended, overdue}
let chosen = "";
let me = () => "";

const find = () => sent && sent.open.concat(sent.ended).find((c) => c.id === chosen);
const person = (id, name) => (name ? name + " " + id : page.names.owners[id] ?? id);

/** caseList makes the list work. staff() is the staff number of who sees it, "" where nobody logs in. */
export function caseList({ staff }) {
  me = staff;
  for (const id of ["cases", "cases-ended"]) {
    el(id).addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) showCase(button.parentNode.dataset.id);
    });
  }
  const form = () => new FormData(el("case-dialog").querySelector("form"));
  const note = () => form().get("note").trim();
  dialog("case-dialog", () => {
    if (!note()) return wrong("case.no-note");
    act("note", { note: note() });
  });
  press(el("case-take"), () => act("assign", { note: note() }));
  press(el("case-assign"), () => act("assign", { owner: form().get("owner"), note: note() }));
  press(el("case-close"), () => {
    const outcome = form().get("outcome");
    if (!outcome) {
      wrong("case.no-outcome");
      return;
    }
    act("close", { outcome, note: note() });
  });
}

function wrong(key) {
  put("case-wrong", say(key));
  return false;
}

function act(verb, body) {
  const number = find().number;
  el("case-dialog").close();
  ask("/api/cases/" + encodeURIComponent(chosen) + "/" + verb, body, { done: "done.case-" + verb, values: { number } }).then(fetchCases);
}

/** fetchCases asks for the list, and draws it. */
export async function fetchCases() {
  try {
    const answer = await fetch("/api/cases");
    if (!answer.ok) return;
    sent = await answer.json();
    drawCases();
  } catch {
    // the connection is told of by itself; the next look is soon
  }
}

const cause = (c) => (c.cause === "rating" ? wordsFor("level-of", String(c.score)) : say("cause." + c.cause));
const details = (c) => c.reasons.map((r) => named("reasons", r)).concat(c.details.map((d) => named("details", c.topic + "/" + d)));
const about = (c) => [cause(c), c.topic && named("topics", c.topic), c.service && named("services", c.service)].filter(Boolean);
const by = (c) => (c.ended ? say("outcome." + c.outcome) : say(c.overdue ? "case.overdue" : "case.by", { time: dayAndTime(c.deadline) }));

function drawCases() {
  const row = () => {
    const button = make("button", "row case", make("strong", ""), make("span", "by"), make("span", "about"));
    button.type = "button";
    return make("li", "", button);
  };
  const fill = (node, c) => {
    const [number, due, what] = node.firstChild.children;
    put(number, c.number);
    put(due, by(c));
    put(what, [...about(c), person(c.owner, c.owner_name)].join(" · "));
    node.classList.toggle("late", c.overdue);
  };
  list(el("cases"), sent.open, (c) => c.id, row, fill);
  list(el("cases-ended"), sent.ended, (c) => c.id, row, fill);
  put("cases-count", sent.overdue > 0 ? say("case.count", { n: sent.open.length, late: sent.overdue }) : String(sent.open.length));
  put("cases-note", sent.open.length === 0 ? say("case.none") : "");
  show("cases-ended-title", sent.ended.length > 0);
}

function showCase(id) {
  chosen = id;
  const c = find();
  openDialog("case-dialog", () => Boolean(find()));
  put("case-title", c.number + " · " + by(c));
  put("case-facts", [
    [...about(c), ...details(c)].join(" · "),
    [say("case.opened", { time: dayAndTime(c.opened) }), say("case.owned", { owner: person(c.owner, c.owner_name) })].join(" · "),
    c.phone && say("case.phone", { phone: c.phone }),
  ].filter(Boolean).join("\n"));
  put("case-text", c.text ?? "");
  el("case-remarks").replaceChildren(...c.remarks.map((m) => make("li", "", [
    dayAndTime(m.at), m.by && person(m.by, m.by_name),
    m.what === "case.assigned" && say("case.given", { owner: m.owner ? person(m.owner, m.owner_name) : "–" }),
    m.what === "case.closed" && say("outcome." + m.outcome), m.text && say("desk.said", { note: m.text }),
  ].filter(Boolean).join(" · "))));
  put("case-wrong", "");
  show("case-open", !c.ended);
  show("case-end", !c.ended);
  show("case-take", c.owner !== me() && me() !== "");
  const owner = el("case-dialog").querySelector("select[name=owner]");
  if ([...owner.options].some((o) => o.value === c.owner)) owner.value = c.owner;
}
