// Dialogs: what an action needs to know before it is sent. The page behind one cannot be reached; Escape leaves it.

import { el, enable, enabled, press, strayEnter } from "./page.js";
import { takesPresses } from "./ask.js";

let open = null; // {dialog, still}

/** dialog makes <dialog id> work: act gets the form's data when it is sent, and says false to keep the dialog open. */
export function dialog(id, act) {
  const box = el(id);
  const form = box.querySelector("form");
  press(box.querySelector(".cancel"), () => box.close());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!takesPresses() || act(new FormData(form)) === false) return;
    box.close();
  });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.repeat || strayEnter(event))) event.preventDefault();
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      box.close();
    }
  });
  box.addEventListener("close", () => {
    if (open && open.dialog === box) open = null;
    // The focus does not stay behind in what is no longer there.
    if (box.contains(document.activeElement) && !box.open) document.activeElement.blur();
  });
}

/** openDialog opens it afresh. It closes by itself when still() no longer holds: what it is about has gone. */
export function openDialog(id, still, about = "") {
  const box = el(id);
  if (open) open.dialog.close();
  box.querySelector("form").reset();
  const name = box.querySelector(".about");
  if (name) name.textContent = about;
  open = { dialog: box, still };
  box.showModal();
  first(box).focus();
}

/** first is what a dialog begins with: of a choice, what is chosen already. */
function first(box) {
  const field = box.querySelector("input, select") ?? box.querySelector(".main") ?? box.querySelector("button");
  return (field.type === "radio" && box.querySelector('input[name="' + field.name + '"]:checked')) || field;
}

/** isOpen goes by the dialog itself: that it has closed is told later. */
export const isOpen = () => open !== null && open.dialog.open;

/** drawDialog follows the hall and the connection. */
export function drawDialog() {
  for (const button of document.querySelectorAll("dialog .sends")) enable(button, takesPresses());
  if (open && !open.still()) open.dialog.close();
}

// A button that is off does not send its form.
addEventListener("click", (event) => {
  const button = event.target.closest("dialog .sends");
  if (button && (!enabled(button) || event.detail > 1)) event.preventDefault();
}, true);
