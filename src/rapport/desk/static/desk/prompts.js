// The panel of prompts: it rests while somebody reads in it, says what is new, and no number goes out unseen.
import { idle } from "../kit/idle.js";

const LOOK_AFTER_MS = 300;
const panel = () => document.querySelector("[data-prompts]");
const isRead = (place) => place.matches(":hover, :focus-within");
const announce = (words) => document.dispatchEvent(new CustomEvent("announce", { detail: { words } }));

// What comes while the rep points at the panel waits until they leave it; their own steps show at once.
let isDue = false;
document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement !== panel() || !ctx.sourceElement.children.length || !isRead(ctx.sourceElement)) return;
  event.preventDefault();
  isDue = true;
});
function refresh() {
  const place = panel();
  if (!isDue || !place || isRead(place)) return;
  isDue = false;
  place.dispatchEvent(new CustomEvent("prompts:due"));
}
for (const name of ["pointerout", "focusout"]) document.addEventListener(name, () => window.setTimeout(refresh, 60));

let told = new Set();
let toldOf = "";
document.addEventListener("htmx:after:swap", () => {
  const place = panel();
  if (!place) return;
  if (toldOf !== place.id) {
    told = new Set();
    toldOf = place.id;
  }
  const news = [...place.querySelectorAll("[data-prompt]")].filter((one) => !told.has(one.id));
  for (const one of news) told.add(one.id);
  if (news.length) announce(`Prompt: ${news.map((one) => one.dataset.prompt).join("; ")}`);
});

// A promise that was heard opens its form, filled in; it is on file when the rep says so.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-promise]");
  const what = document.getElementById("promise-what");
  if (!button || !what) return;
  const { promise, due, heard } = button.dataset;
  for (const [id, value] of [["promise-what", promise], ["promise-due", due], ["promise-heard", heard]]) document.getElementById(id).value = value;
  what.closest("details").open = true;
  const tab = document.getElementById("tab-file");
  tab.checked = true;
  tab.dispatchEvent(new Event("change", { bubbles: true }));
  what.focus();
});

// With a message goes which prompts' words are in it, and whether they were changed.
let used = new Map(); // words by prompt
let usedOn = "";
document.addEventListener("click", (event) => {
  const { promptKey, use } = event.target.closest?.("[data-use]")?.dataset ?? {};
  if (!promptKey) return;
  if (usedOn !== panel()?.id) used = new Map();
  usedOn = panel()?.id;
  used.set(promptKey, use);
});
document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement.id !== "composer-form" || usedOn !== panel()?.id) return;
  const text = String(ctx.request.body.get("text") ?? "");
  for (const [key, words] of used) ctx.request.body.append("prompt", `${key} ${text.includes(words.trim()) ? "as it was" : "edited"}`);
  used = new Map();
});

// A text with three digits or more is looked over before it is sent; one with a secret wants Enter twice.
const DIGITS = /(?:\d\D*){3}/;
let looked = { text: "", found: "" };
let timer = 0;
const composer = () => document.getElementById("composer");

async function lookOver(text) {
  if (!DIGITS.test(text)) return "";
  if (looked.text === text) return looked.found;
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const body = new URLSearchParams({ text });
  try {
    const answer = await fetch(panel().dataset.check, { method: "POST", body, headers: { "X-CSRFToken": token, ...idle() } });
    if (!answer.ok) return "";
    looked = { text, found: (await answer.json()).found };
  } catch {
    return ""; // what is sent is hidden all the same
  }
  return looked.found;
}

function warn(found) {
  const place = document.getElementById("composer-warning");
  if (!place) return;
  place.textContent = found ? "There is a number in it that does not belong in a text. Take it out, or press Enter again: it is hidden then." : "";
  place.hidden = !found;
}

document.addEventListener("input", (event) => {
  if (event.target.id !== "composer") return;
  window.clearTimeout(timer);
  const { value } = event.target;
  if (!DIGITS.test(value)) warn("");
  else timer = window.setTimeout(async () => { const found = await lookOver(value); if (composer()?.value === value) warn(found); }, LOOK_AFTER_MS);
});

let warned = "";
document.addEventListener("submit", (event) => {
  const box = composer();
  if (event.target.id !== "composer-form" || !box || !panel() || !DIGITS.test(box.value) || warned === box.value) return;
  const text = box.value;
  const form = event.target;
  if (looked.text === text && !looked.found) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  lookOver(text).then((found) => {
    if (box.value !== text) return;
    warned = text; // the next Enter sends it
    warn(found);
    if (!found) form.requestSubmit();
  });
}, true);
document.addEventListener("htmx:after:swap", () => { if (!composer()?.value) warn(""); });
