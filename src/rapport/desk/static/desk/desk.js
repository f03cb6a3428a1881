// What only the desk does: the composer, typing both ways, the guide's words, and the pulse that says it is open.
import { put } from "../kit/drafts.js";
import { idle } from "../kit/idle.js";
import { news } from "../kit/tail.js";
import { shown } from "./strip.js";

const PULSE_MS = 15000;
const TYPING_SHOWN_MS = 4000;
const TYPING_SENT_MS = 2000;

const token = () => document.querySelector('meta[name="csrf-token"]').content;
const post = (address) => fetch(address, { method: "POST", headers: { "X-CSRFToken": token(), ...idle() }, keepalive: true });
const composer = () => document.getElementById("composer");
const messages = () => document.getElementById("messages");

// The pulse: without it the router takes this rep off the floor.
const pulseAddress = document.querySelector("script[data-pulse]").dataset.pulse;
const pulse = () => post(pulseAddress).catch(() => {});
window.setInterval(pulse, PULSE_MS);
document.addEventListener("visibilitychange", () => { if (!document.hidden) pulse(); });
window.addEventListener("online", pulse);
pulse();

// A message's own key, so that one sent twice is stored once.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

let unsent = null; // { text, key, contact } of a message that did not arrive

function showPending(text, key) {
  const item = document.createElement("div");
  item.dataset.pending = key;
  item.className = "message message-rep message-pending";
  const words = document.createElement("p");
  words.className = "message-text";
  words.textContent = text;
  item.append(words);
  messages()?.append(item);
  toEnd();
}

document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceElement.id !== "composer-form") return;
  const text = String(ctx.request.body.get("text") ?? "").trim();
  if (!text) {
    event.preventDefault();
    return;
  }
  const again = unsent?.text === text && unsent.contact === shown();
  ctx.rapportMessage = { text, key: again ? unsent.key : newKey(), contact: shown() };
  unsent = null;
  ctx.request.body.set("client_id", ctx.rapportMessage.key);
  composer().value = "";
  fit();
  showPending(text, ctx.rapportMessage.key);
});
const pending = (key) => document.querySelector(`[data-pending="${key}"]`);

document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  const sent = ctx.rapportMessage;
  if (!sent) return;
  if (ctx.response && ctx.response.status < 300) return;
  unsent = sent;
  pending(sent.key)?.remove();
  if (sent.contact !== shown()) {
    put(`chat-${sent.contact}`, sent.text);
    return;
  }
  const box = composer();
  if (!box) return;
  box.value = box.value ? `${sent.text}\n${box.value}` : sent.text;
  box.dispatchEvent(new Event("input", { bubbles: true }));
});

// Of the chat that is shown the page asks for what it lacks; what it has sent itself comes with the answer.
const linesNews = news(() => messages()?.dispatchEvent(new CustomEvent("lines:due")));
const lastLine = () => Math.max(0, ...[...document.querySelectorAll("#messages > [id]")].map(({ id }) => Number(id.slice(2))));

document.body.addEventListener("live:chat.message", ({ detail: { subject, id } }) => {
  if (subject && subject === shown()) linesNews.hear(id);
});
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement.id === "messages" || ctx.rapportMessage) ctx.request.body.set("after", lastLine());
});
document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => { if (ctx.rapportMessage) linesNews.sends(); });
document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  if (ctx.rapportMessage) linesNews.sent(ctx.response?.headers.get("Rapport-Event"));
});
document.addEventListener("htmx:after:swap", () => {
  for (const line of document.querySelectorAll("#messages > [data-client]")) pending(line.dataset.client)?.remove();
});

document.addEventListener("keydown", (event) => {
  if (event.target.id !== "composer" || event.key !== "Enter" || event.shiftKey || event.altKey || event.isComposing) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

function fit() {
  const box = composer();
  if (!box) return;
  const lines = box.value.split("\n").length;
  box.rows = Math.min(8, Math.max(2, lines));
}

let lastTypingSent = 0;
document.addEventListener("input", (event) => {
  if (event.target.id !== "composer") return;
  fit();
  const { typing } = event.target.form.dataset;
  if (!event.target.value || Date.now() - lastTypingSent < TYPING_SENT_MS) return;
  lastTypingSent = Date.now();
  post(typing).catch(() => {});
});

let typingUntil = 0;
let typingContact = "";
function showTyping() {
  const words = document.getElementById("typing");
  const here = composer() && document.getElementById("talk")?.dataset.contact === typingContact;
  if (words) words.hidden = !here || Date.now() >= typingUntil;
}
document.body.addEventListener("live:chat.typing.customer", (event) => {
  typingUntil = Date.now() + TYPING_SHOWN_MS;
  typingContact = event.detail.subject;
  showTyping();
  window.setTimeout(showTyping, TYPING_SHOWN_MS + 50);
});
document.addEventListener("htmx:after:swap", showTyping); // a fetched column comes with the words hidden

// The guide's words go into the box, to be changed before they are sent.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-use]");
  const box = composer();
  if (!button || !box) return;
  box.value = box.value ? `${box.value.trimEnd()} ${button.dataset.use}` : button.dataset.use;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
});

// A draft of the wrap-up's line takes the place of what stands in it, to be changed before it is kept.
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-instead]");
  const line = document.querySelector("#wrap-up [name=summary]");
  if (!button || !line) return;
  line.value = button.dataset.instead;
  line.dispatchEvent(new Event("input", { bubbles: true }));
  line.focus();
});

// A box that ticked itself just before a click was clicked to be ticked: that is what it is.
const MEANT_BEFORE_MS = 1000;
const ticks = new Map(); // by step: what its box shows, and since when without the rep's doing
function noteTicks(isOwn) {
  const contact = document.getElementById("talk")?.dataset.contact;
  for (const box of document.querySelectorAll(".tick-button[aria-checked]")) {
    const key = `${contact} ${box.parentElement.id}`;
    const shows = box.getAttribute("aria-checked");
    const before = ticks.get(key);
    if (before?.shows !== shows) ticks.set(key, { shows, at: before && !isOwn ? Date.now() : 0 });
  }
}
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => noteTicks(ctx.request.method !== "GET"));
noteTicks(true);
document.addEventListener("htmx:config:request", (event) => {
  const box = event.detail.ctx.sourceElement;
  if (!box.matches?.(".tick-button[aria-checked]")) return;
  const tick = ticks.get(`${document.getElementById("talk")?.dataset.contact} ${box.parentElement.id}`);
  if (!tick || Date.now() - tick.at > MEANT_BEFORE_MS) return;
  event.preventDefault();
  document.dispatchEvent(new CustomEvent("announce", { detail: { words: "It has just ticked itself" } }));
});

// A refused answer stays in its field while the columns are fetched, until it is given again.
document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.sourceElement.closest?.(".answer")?.removeAttribute("hx-morph-skip");
});

// The newest message stays in sight unless the rep has scrolled up to read.
let shownContact = "";
let shownLast = "";
let atEnd = true;
let unread = 0;

function toEnd() {
  const list = messages();
  if (list) list.scrollTop = list.scrollHeight;
}

function follow(isByRep) {
  const talk = document.getElementById("talk");
  const contact = `${talk?.dataset.contact ?? ""}${composer() ? " talk" : ""}`;
  const last = messages()?.lastElementChild;
  const isNewContact = contact !== shownContact;
  const isNewMessage = !isNewContact && last && last.id && last.id !== shownLast;
  if (isNewContact) {
    shownContact = contact;
    unread = 0;
    const who = document.querySelector(".call-number");
    if (who) document.dispatchEvent(new CustomEvent("announce", { detail: { words: `You are on the telephone with ${who.textContent}` } }));
    if (isByRep && composer() && !document.activeElement.closest?.("input, textarea, select")) composer().focus({ preventScroll: true });
  }
  if (isNewContact || (isNewMessage && atEnd)) toEnd();
  if (isNewMessage && last.matches(".message-customer")) {
    document.dispatchEvent(new CustomEvent("announce", { detail: { words: `Customer: ${last.querySelector(".message-text").textContent}` } }));
    if (talk.getClientRects().length === 0) unread += 1;
  }
  shownLast = last?.id ?? "";
  showUnread();
}

function showUnread() {
  const badge = document.getElementById("unread");
  if (!badge) return;
  if (document.getElementById("talk")?.getClientRects().length) unread = 0;
  badge.hidden = unread === 0;
  badge.textContent = unread || "";
}

document.addEventListener("scroll", (event) => {
  if (event.target.id !== "messages") return;
  atEnd = event.target.scrollHeight - event.target.scrollTop - event.target.clientHeight < 60;
}, true);
document.addEventListener("change", (event) => {
  if (event.target.name !== "tab") return;
  showUnread();
  toEnd();
});
// A contact that the rep has chosen or taken is written to at once; one that the page shows by itself is not.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  follow(ctx.request.method !== "GET" || "hand" in ctx.sourceElement.dataset);
  fit();
});
follow(true);
fit();

// A masked value that is shown hides itself: after a while, with the next contact, and before the page is kept.
const VALUE_SHOWN_MS = 30000;

function hide(place, isFocused = false) {
  place.querySelectorAll("[data-shown]").forEach((shown) => shown.remove());
  const masked = place.querySelector("[data-masked]");
  if (masked) masked.hidden = false;
  place.removeAttribute("hx-morph-skip");
  if (isFocused) masked?.querySelector("button")?.focus();
}

const shownPlaces = () => document.querySelectorAll("[data-of]:has([data-shown])");

document.addEventListener("htmx:after:swap", () => {
  const contact = document.getElementById("talk")?.dataset.contact;
  for (const place of shownPlaces()) {
    if (place.dataset.of !== contact) {
      hide(place);
    } else if (!place.dataset.seen) {
      place.dataset.seen = "yes";
      place.querySelector("select, [data-hide]")?.focus();
      if (place.querySelector("strong")) window.setTimeout(() => hide(place, place.contains(document.activeElement)), VALUE_SHOWN_MS);
    }
  }
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-hide]");
  if (button) hide(button.closest("[data-of]"), true);
});
document.addEventListener("keydown", (event) => {
  const place = event.key === "Escape" && event.target.closest?.("[data-of]:has([data-shown])");
  if (place) hide(place, true);
});
window.addEventListener("pagehide", () => shownPlaces().forEach((place) => hide(place)));
