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
