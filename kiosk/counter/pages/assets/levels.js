// Service levels and advice, as the supervisor reads them.

import { el, enable, list, make, named, put, say, show } from "./page.js";
import { clock, timeOfDay } from "./time.js";

const percent = (share) => (share === null || share === undefined ? "–" : Math.round(100 * share) + " %");

/** drawLevels draws a line per service; outlook is null until it is known. */
export function drawLevels(view, outlook) {
  list(el("levels"), view.services, (s) => s.id, () => {
    const number = () => make("td", "n");
    return make("tr", "", make("th", ""), make("td", ""), number(), number(), number(), number(), number(), make("td", "target", make("b", ""), make("span", "")));
  }, (node, s) => {
    const level = outlook?.levels.find((l) => l.service === s.id);
    const [name, open, waiting, longest, late, today, recent, target] = node.children;
    put(name, named("services", s.id));
    put(open, opening(s));
    put(waiting, String(s.waiting));
    put(longest, s.waiting > 0 ? clock(s.longest) : "–");
    put(late, level ? String(level.late) : "–");
    put(today, percent(level?.today.share));
    put(recent, percent(level?.recent.share));
    put(target.firstChild, level ? say(level.met ? "level.met" : "level.missed") : "");
    put(target.lastChild, level ? " " + say(level.agreed ? "level.goal" : "level.usual", { share: percent(level.share), n: Math.round(level.within / 60) }) : "");
    target.classList.toggle("missed", Boolean(level) && !level.met);
  });
}

function opening(s) {
  if (s.full) return say("level.full");
  if (s.open) return s.until ? say("level.until", { time: timeOfDay(s.until) }) : say("level.always");
  return s.next ? say("level.next", { time: timeOfDay(s.next) }) : say("level.closed");
}

/** drawAdvice draws what to open or close, and why; can says whether presses would be carried out. */
export function drawAdvice(outlook, can) {
  const all = outlook?.advice ?? [];
  show("advice", all.length > 0);
  list(el("advice"), all, (a) => a.action + a.counter + a.service, (a) => {
    const button = make("button", "", say("advice.do-" + a.action));
    button.type = "button";
    button.dataset.counter = a.counter;
    button.dataset.action = a.action;
    return make("li", "", make("p", "", make("strong", ""), make("span", "")), button);
  }, (node, a) => {
    const [what, why] = node.firstChild.children;
    put(what, say("advice." + a.action, { counter: named("counters", a.counter) }));
    put(why, " " + say("advice." + a.reason, { service: a.service ? named("services", a.service) : "", waiting: a.waiting, arrivals: a.arrivals, open: a.open })
      + say("advice.outlook", { now: percent(a.now.share), then: percent(a.then.share), wait: clock(a.now.wait), wait2: clock(a.then.wait) }));
    enable(node.lastChild, can);
  });
}
