// What goes wrong in a page's scripts is told to the kiosk, which writes it down. This script comes first and is no
// module, so that it also hears of modules that cannot be read. The same error is counted and told again only after
// a while: a loop must not fill the journal.
"use strict";

(() => {
  const again = 30000; // ms until the same error is told again
  const most = 20;     // different errors that a page tells of in its life
  const known = new Map();
  const page = () => (/"page":"([a-z]+)"/.exec(document.getElementById("page")?.textContent ?? "") ?? [])[1] ?? "counter";

  function report(message, where) {
    const key = message + " " + where;
    let error = known.get(key);
    if (!error) {
      if (known.size >= most) return;
      error = { message, where, times: 0, timer: 0 };
      known.set(key, error);
    }
    error.times++;
    if (!error.timer) tell(error);
  }

  function tell(error) {
    const times = error.times;
    error.times = 0;
    error.timer = setTimeout(() => {
      error.timer = 0;
      if (error.times > 0) tell(error);
    }, again);
    // Without the kiosk there is nobody to tell; what was counted is told with the next time.
    const lost = () => { error.times += times; };
    fetch("/api/errors", {
      method: "POST", headers: { "Content-Type": "application/json" }, keepalive: true,
      body: JSON.stringify({ page: page(), message: error.message.slice(0, 500), where: error.where.slice(0, 500), times }),
    }).then((answer) => { if (answer.status >= 500) lost(); }, lost);
  }

  const place = (file, line, column) => [file.replace(location.origin, ""), line, column].filter(Boolean).join(":");

  // The place of an error that was thrown is in the first line of its stack that names a file.
  function thrown(reason) {
    const stack = String((reason && reason.stack) || "");
    const line = /(https?:\S+?):(\d+):(\d+)/.exec(stack);
    return line ? place(line[1], line[2], line[3]) : location.pathname;
  }

  addEventListener("error", (event) => {
    const source = event.target && event.target !== window && (event.target.src || event.target.href);
    if (source) report("could not be loaded", place(source));
    else report(event.message || "error", event.filename ? place(event.filename, event.lineno, event.colno) : location.pathname);
  }, true);
  addEventListener("unhandledrejection", (event) => report(String(event.reason), thrown(event.reason)));
})();
