// What all pages have in common: their words, the names of what the kiosk speaks of by id, and small ways to draw.

/** What the kiosk has put into the page: {words, names, …}. */
export const page = JSON.parse(document.getElementById("page").textContent);

export const el = (id) => document.getElementById(id);

/** say is a text of the catalogue, {name} replaced by a value. */
export function say(key, values = {}) {
  const text = page.words[key];
  if (text === undefined) throw new Error("no words for " + key);
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** has tells whether there are words: for codes that come from the kiosk. */
export const has = (key) => page.words[key] !== undefined;

/** named is the name of a service, counter, class or outcome; one without a name is called by its id. */
export const named = (kind, id) => page.names[kind]?.[id] ?? id;

/** wordsFor is a text that the kiosk gave as a code, or as words of its own. */
export const wordsFor = (kind, code) => (has(kind + "." + code) ? say(kind + "." + code) : code);

/** put changes a text only when it is another: screen readers read what changes. */
export function put(node, text) {
  const target = typeof node === "string" ? el(node) : node;
  if (target.textContent !== text) target.textContent = text;
}

/** show shows or hides. */
export function show(node, visible) {
  const target = typeof node === "string" ? el(node) : node;
  if (target.hidden === visible) target.hidden = !visible;
}

/** make makes an element of a class with children; texts are children, too. */
export function make(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

/** enable keeps the focus where it is, which the attribute disabled would not. */
export function enable(node, can) {
  const target = typeof node === "string" ? el(node) : node;
  target.setAttribute("aria-disabled", String(!can));
}

export const enabled = (node) => node.getAttribute("aria-disabled") !== "true";

/** list draws one child per item, and keeps those that are there already: the focus stays in a list that moves. */
export function list(parent, items, id, create, update) {
  const before = new Map([...parent.children].map((node) => [node.dataset.id, node]));
  const focused = document.activeElement;
  items.forEach((item, i) => {
    const key = String(id(item));
    let node = before.get(key);
    if (!node) {
      node = create(item);
      node.dataset.id = key;
    }
    before.delete(key);
    update(node, item, i);
    if (parent.children[i] !== node) parent.insertBefore(node, parent.children[i] ?? null);
  });
  before.forEach((node) => node.remove());
  if (focused !== document.activeElement && focused.isConnected) focused.focus();
}

/** press makes a button act once per press: a held key and the end of a double click are no presses. */
export function press(button, act) {
  // detail counts the clicks of a double click; keys have 0.
  button.addEventListener("click", (event) => {
    if (event.detail <= 1 && enabled(button)) act();
    // What was touched does not keep the focus: the space bar is for the main button.
    if (event.detail > 0) button.blur();
  });
  button.addEventListener("keydown", (event) => {
    if (event.repeat && (event.key === "Enter" || event.key === " ")) event.preventDefault();
  });
}

// A card reader types like a keyboard, faster than people, and presses Enter. Without a field to type into, that Enter
// must press nothing.

const typing = "input:not([type=radio]):not([type=checkbox]), select, textarea";

/** writes tells whether somebody writes in a field, or chooses in a list. */
export const writes = (event) => event.target.matches(typing);

let begun = 0, typed = 0, lastTyped = 0, stray = 0;
addEventListener("keydown", (event) => {
  const now = event.timeStamp;
  if (event.key.length !== 1 || event.key === " ") return;
  if (now - lastTyped > 200) [begun, typed] = [now, 0];
  typed++;
  lastTyped = now;
  if (!event.target.matches?.(typing)) stray = now;
}, true);

/** typedByReader tells whether what was typed before this Enter came faster than people type: readers send a digit in
 * some 10 ms, and cards have at least six. */
export const typedByReader = (event) => typed >= 6 && event.timeStamp - lastTyped < 200 && (lastTyped - begun) / (typed - 1) < 50;

/** strayEnter tells the Enter that ends what was typed where nothing can be typed. */
export const strayEnter = (event) => event.key === "Enter" && stray > 0 && event.timeStamp - stray < 1000;
