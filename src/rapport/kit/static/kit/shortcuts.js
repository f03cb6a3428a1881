// Keys for controls: <button data-key="w">. Single keys rest while somebody types; "Enter" only acts where
// nothing that uses it is focused. "Mod+Enter" and "Escape" work while typing too.
const TYPING = 'input:not([type="radio"]):not([type="checkbox"]):not([type="button"]), textarea, select, [contenteditable="true"]';
const OWN_ENTER = "a[href], button, summary, input, textarea, select";

const named = (event) => {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  return (event.ctrlKey || event.metaKey ? "Mod+" : "") + (event.altKey ? "Alt+" : "") + key;
};

const usable = (element) => !element.disabled && element.getClientRects().length > 0;

function allowed(name, target) {
  if (name === "Escape" || name.startsWith("Mod+") || name.startsWith("Alt+")) return true;
  if (target.closest?.(TYPING)) return false;
  return name !== "Enter" || !target.closest?.(OWN_ENTER);
}

function use(element) {
  if (element.matches(TYPING)) {
    element.focus();
    element.select?.();
    return;
  }
  if (element.matches("details")) element.open = !element.open;
  else element.click();
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat || event.isComposing) return;
  const name = named(event);
  if (!allowed(name, event.target)) return;
  const scope = document.querySelector("dialog[open]") ?? document;
  const keyed = [...scope.querySelectorAll(`[data-key="${CSS.escape(name)}"], [data-key="${CSS.escape(event.key)}"]`)];
  const element = keyed.find(usable);
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
