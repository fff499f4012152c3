// Logging out. With a customer at the counter the session ends when that one is finished.

import { el, press, put, say } from "./page.js";
import { leave } from "./live.js";
import { dialog, openDialog } from "./dialog.js";
import { refusal, tell } from "./ask.js";

/** logoutButton makes the button work where there is one. what() is the key of what logging out means now. */
export function logoutButton(what) {
  if (!el("logout")) return;
  press(el("logout"), () => {
    put("logout-what", say(what()));
    openDialog("logout-dialog", () => true);
  });
  dialog("logout-dialog", () => { logOut(); });
}

/** logOut needs no request id: doing it twice is doing it once. */
async function logOut() {
  try {
    const answer = await fetch("/api/logout", { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });
    const said = await answer.json();
    if (answer.status === 401) leave("session");
    else if (!answer.ok) tell(refusal(said.error), true);
    else if (!said.pending) location.assign("/");
  } catch {
    tell(say("ask.unsure"), true);
  }
}
