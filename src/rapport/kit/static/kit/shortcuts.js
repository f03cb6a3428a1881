// Keys for controls: <button data-key="w">, or data-key="Alt+1" for one that needs Alt. Single keys rest while
// somebody types; "Enter" only acts where nothing that uses it is focused. Escape, and Alt with the key, work while
// typing too; with Shift as well the single key is meant where both are there. When the field somebody types in goes
// away under them, keys rest until they pause.
const TYPING = 'input:not([type="radio"]):not([type="checkbox"]):not([type="button"]), textarea, select, [contenteditable="true"]';
const OWN_ENTER = "a[href], button, summary, input, textarea, select";

// Alt changes the character on some keyboards, so the letter is read from the key itself.
function named(event) {
  if (event.altKey && /^(Key|Digit)/.test(event.code)) return event.code.replace(/^(Key|Digit)/, "").toLowerCase();
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

const usable = (element) => !element.disabled && element.checkVisibility(); // not in a closed drawer

function allowed(name, event) {
  if (event.ctrlKey || event.metaKey) return false;
  if (name === "Escape" || event.altKey) return true;
  if (event.target.closest?.(TYPING)) return false;
  return name !== "Enter" || !event.target.closest?.(OWN_ENTER);
}

function use(element) {
  if (element.matches(TYPING)) {
    element.focus();
    element.select?.();
    return;
  }
  if (element.matches("details")) toggle(element);
  else if ("keyTwice" in element.dataset && document.activeElement !== element) askAgain(element);
  else element.click();
}

function toggle(drawer) {
  drawer.open = !drawer.open;
  const first = drawer.querySelector('input:not([type="hidden"]), textarea, select, [role="group"] button');
  (drawer.open && first ? first : drawer.querySelector("summary")).focus();
}

// What cannot be taken back needs its key twice; a click does it at once.
function askAgain(element) {
  element.focus();
  const words = `Press ${element.dataset.key.toUpperCase()} again: ${label(element)}`;
  document.dispatchEvent(new CustomEvent("notice", { detail: { title: words, words: "", tone: "warn", lasts: 3000 } }));
}

const PAUSE_MS = 700;
let typed = { field: null, at: 0 };

function stillTypes(event) {
  if (event.target.matches?.(TYPING)) {
    if (event.key.length === 1 && !event.altKey) typed = { field: event.target, at: event.timeStamp };
    return false;
  }
  const isGone = typed.field && !typed.field.isConnected;
  if (!isGone || event.altKey || event.timeStamp - typed.at > PAUSE_MS) return false;
  typed.at = event.timeStamp;
  return true;
}

function meant(scope, name, event) {
  const find = (key) => [...scope.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(usable);
  return (event.altKey && !event.shiftKey && find(`Alt+${name}`)) || find(name);
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat || event.isComposing || stillTypes(event)) return;
  const name = named(event);
  if (!allowed(name, event)) return;
  const scope = document.querySelector("dialog[open]") ?? document;
  const element = meant(scope, name, event);
  const drawer = name === "Escape" && event.target.closest?.("details[open]");
  if (drawer) {
    toggle(drawer);
    return;
  }
  if (!element && name === "?" && scope === document) { // its control is in a closed menu
    event.preventDefault();
    listKeys();
    return;
  }
  if (!element) {
    if (name === "Escape" && event.target.matches?.(TYPING)) event.target.blur();
    return;
  }
  event.preventDefault();
  use(element);
});

function label(element) {
  return element.dataset.keyLabel ?? element.getAttribute("aria-label")
    ?? [...element.childNodes].filter((node) => node.nodeName !== "KBD").map((node) => node.textContent.trim()).join(" ").trim();
}

function listKeys() {
  const dialog = document.getElementById("keys");
  const list = document.getElementById("keys-list");
  list.replaceChildren();
  for (const element of document.querySelectorAll("[data-key]")) {
    if (!usable(element) && !element.closest("details")) continue;
    const row = document.createElement("div");
    const term = document.createElement("dt");
    const key = document.createElement("kbd");
    key.className = "key";
    key.textContent = element.dataset.key;
    term.append(key);
    const meaning = document.createElement("dd");
    meaning.textContent = label(element) || element.title;
    row.append(term, meaning);
    list.append(row);
  }
  if (!dialog.open) dialog.showModal();
}

document.addEventListener("click", (event) => { if (event.target.closest?.("[data-keys-toggle]")) listKeys(); });
