// Keeps the page honest about its connection. The extension of htmx receives and morphs the sections; here is what
// it leaves open: saying that the connection is lost, noticing one that has gone silent, trying again when the very
// first attempt failed, and loading the page anew when head office runs a newer one.
"use strict";
(() => {
  const patience = 1500; // ms a lost connection may take to come back before the page speaks of it
  const again = 3000; // ms until the next try after the first connection failed

  const live = document.getElementById("live");
  if (!live) return;
  const silence = Number(live.dataset.silence); // ms without a word after which the connection counts as lost
  const notice = document.querySelector(".lost");
  const status = document.querySelector(".link > span");
  let connection, speak, quiet, retry;

  const show = (lost) => {
    notice.hidden = !lost;
    status.hidden = lost;
  };
  const heard = () => {
    clearTimeout(speak);
    speak = undefined;
    show(false);
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      lost();
      connection?.reader?.cancel(); // ends the silent stream; the extension connects anew
    }, silence);
  };
  const lost = () => {
    clearTimeout(quiet);
    speak ??= setTimeout(() => show(true), patience);
  };

  live.addEventListener("htmx:sse:before:connection", (e) => {
    connection = e.detail.connection;
    if (connection.attempt > 0) lost();
  });
  live.addEventListener("htmx:sse:after:connection", heard);
  live.addEventListener("htmx:sse:before:message", heard);
  live.addEventListener("htmx:sse:error", lost);
  live.addEventListener("htmx:sse:close", lost);
  live.addEventListener("htmx:finally:request", (e) => {
    const response = e.detail.ctx.response;
    if (response?.status === 200) return;
    lost();
    clearTimeout(retry);
    retry = setTimeout(() => live.dispatchEvent(new Event("again")), again);
  });
  live.addEventListener("build", (e) => {
    if (e.detail.data !== document.documentElement.dataset.build) location.reload();
  });
})();

// Pictures of a kiosk's screen, for those who have a token: it is in the field of this page and nowhere else. The page's
// live parts come and go, the field and the picture stay.
(() => {
  const part = document.getElementById("capture");
  const form = part?.querySelector("form");
  if (!form) return;
  const said = part.querySelector(".capture-said");
  const figure = part.querySelector("figure");
  const say = (text) => (said.textContent = text);

  const ask = async (path, options = {}) => {
    const token = form.elements.token.value.trim();
    if (!token) throw new Error(part.dataset.missing);
    const response = await fetch(path, { ...options, headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" } });
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.detail ?? response.statusText);
  };
  const show = async (path) => {
    const image = figure.querySelector("img");
    const picture = await (await ask(path)).blob();
    if (image.src) URL.revokeObjectURL(image.src);
    image.src = URL.createObjectURL(picture);
    figure.querySelector("figcaption").textContent = path;
    figure.hidden = false;
    say("");
  };
  // take gives the command, waits for what comes of it, and shows the picture that names it.
  const take = async ({ commands, pictures }) => {
    const given = await ask(commands, { method: "POST", body: JSON.stringify({ verb: "screen.capture", expires_in: 60 }) });
    const { id } = await given.json();
    say(part.dataset.wait);
    let order;
    do order = await (await ask(`${commands}/${id}?wait=20s`)).json();
    while (order.state === "waiting" || order.state === "sent");
    if (order.state !== "done") throw new Error(order.reason || order.state);
    for (let tries = 0; tries < 60; tries++) {
      const { screens } = await (await ask(pictures)).json();
      const taken = screens.find((one) => one.command === id);
      if (taken) return show(`${pictures}/${taken.seq}.png`);
      await new Promise((resolve) => setTimeout(resolve, 500)); // its record is on the way
    }
    throw new Error(order.state);
  };
  const doing = (what) => what.catch((error) => say(part.dataset.failed + error.message));

  form.addEventListener("submit", (e) => {
    e.preventDefault();
    if (e.submitter?.dataset.commands) doing(take(e.submitter.dataset));
  });
  part.addEventListener("click", (e) => {
    const source = e.target.closest("[data-picture]")?.dataset.picture;
    if (source) doing(show(source));
  });
})();
