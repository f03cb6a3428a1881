// The chat: each message once (its id is made here and sent again until it is taken), drafts, typing, the title.
import { grow, news } from "../kit/tail.js";
import { keep, kept } from "./store.js";

const talk = document.getElementById("talk");
const part = document.getElementById("part");
const lines = document.getElementById("lines");
const composer = document.getElementById("composer");
const box = document.getElementById("text");
const outbox = document.getElementById("outbox");
const problem = document.getElementById("composer-error");
const typingLine = document.getElementById("typing");
const csrf = document.querySelector('meta[name="csrf-token"]').content;
const draftKey = `portal.draft.${talk.dataset.contact}`;
const outboxKey = `portal.outbox.${talk.dataset.contact}`;
const TYPING_EVERY_MS = 3000;
const TYPING_SHOWN_MS = 5000;
let title = document.title;

let waiting = [];
try { waiting = JSON.parse(kept(outboxKey) || "[]"); } catch { waiting = []; }
let sending = false;
let failures = 0;
let typingSaid = 0;
let typingEnds = 0;

keep(talk.dataset.start, "");
if (!box.value) box.value = kept(draftKey);

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

const post = (url, fields) => fetch(url, {
  method: "POST", body: new URLSearchParams(fields), headers: { "X-CSRFToken": csrf, Accept: "application/json" },
});
const atEnd = () => window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 160;
const toEnd = () => window.scrollTo({ top: document.documentElement.scrollHeight });

// What is still to be sent stands below the messages until the server shows it among them.
function showOutbox() {
  waiting = waiting.filter(({ id }) => !document.querySelector(`#lines [data-client="${id}"]`));
  keep(outboxKey, waiting.length ? JSON.stringify(waiting) : "");
  outbox.replaceChildren(...waiting.map(({ text, taken }) => {
    const line = document.createElement("li");
    line.className = "talk-line talk-mine talk-pending";
    const who = document.createElement("p");
    who.className = "talk-who";
    who.textContent = taken ? "" : failures ? "not sent yet, trying again" : "sending";
    const words = document.createElement("p");
    words.className = "talk-text";
    words.textContent = text;
    line.append(who, words);
    return line;
  }));
}

function complain(words) {
  problem.textContent = words;
  problem.hidden = !words;
}

function refuse(message, words) {
  waiting = waiting.filter(({ id }) => id !== message.id);
  box.value = box.value ? `${message.text}\n${box.value}` : message.text;
  keep(draftKey, box.value);
  complain(words);
}

const lineNews = news(() => part.dispatchEvent(new CustomEvent("lines:due")));
document.body.addEventListener("live:chat.message", ({ detail: { id } }) => lineNews.hear(id));
const lastLine = () => Math.max(0, ...[...lines.children].map(({ id }) => Number(id.replace("message-", ""))));
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (ctx.sourceElement === part) ctx.request.body.set("after", lastLine());
});

function show(html) {
  const coming = document.createElement("template");
  coming.innerHTML = html;
  grow(lines, coming.content);
  lines.append(coming.content);
  notice();
  toEnd();
}

async function sendOne(message) {
  let told = null;
  lineNews.sends();
  try {
    const answer = await post(composer.action, { text: message.text, client_id: message.id, after: lastLine() });
    told = await answer.json().catch(() => null);
    taken(message, answer, told);
  } finally {
    lineNews.sent(told?.event);
  }
}

function taken(message, answer, told) {
  if (answer.ok) {
    message.taken = true;
    if (told?.lines) show(told.lines);
    return;
  }
  if (answer.status >= 500) throw new Error(`say: ${answer.status}`);
  refuse(message, told?.error?.message ?? "This message was not taken. Reload the page and try again.");
  if (answer.status === 409) document.body.dispatchEvent(new CustomEvent("live:poll"));
}

async function sendAll() {
  if (sending) return;
  sending = true;
  try {
    for (let next; (next = waiting.find(({ taken }) => !taken));) {
      await sendOne(next);
      failures = 0;
      showOutbox();
    }
  } catch {
    failures += 1;
    window.setTimeout(sendAll, Math.min(15000, 1000 * 2 ** failures));
  }
  sending = false;
  showOutbox();
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!box.value.trim()) return;
  complain("");
  waiting.push({ id: newId(), text: box.value });
  box.value = "";
  keep(draftKey, "");
  showOutbox();
  toEnd();
  box.focus();
  sendAll();
});

box.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  composer.requestSubmit();
});

box.addEventListener("input", () => {
  keep(draftKey, box.value);
  if (talk.dataset.phase !== "active" || Date.now() - typingSaid < TYPING_EVERY_MS) return;
  typingSaid = Date.now();
  post(composer.action.replace(/say\/$/, "typing/"), {}).catch(() => {});
});

document.body.addEventListener("live:chat.typing.rep", () => {
  const wasAtEnd = atEnd();
  const name = document.querySelector("#talk-now")?.dataset.rep || "The other side";
  typingLine.textContent = `${name} is typing…`;
  typingEnds = Date.now() + TYPING_SHOWN_MS;
  if (wasAtEnd) toEnd();
});
window.setInterval(() => { if (typingLine.textContent && Date.now() > typingEnds) typingLine.textContent = ""; }, 500);

// After every fetch: where we are, what is new, and whether the reader was at the end.
let wasAtEnd = true;
let theirs = document.querySelectorAll("#lines .talk-theirs").length;
document.addEventListener("htmx:before:swap", () => { wasAtEnd = atEnd(); });
document.addEventListener("htmx:after:swap", notice);

function notice() {
  const phase = document.getElementById("talk-now")?.dataset.phase ?? talk.dataset.phase;
  const changed = phase !== talk.dataset.phase;
  talk.dataset.phase = phase;
  title = document.getElementById("talk-now")?.dataset.title ?? title;
  if (!document.hidden) document.title = title;
  if (changed) words(phase);
  const call = document.getElementById("talk-call");
  if (call) call.hidden = !("mayBeCalled" in (document.getElementById("talk-now")?.dataset ?? {}));
  showOutbox();
  const now = document.querySelectorAll("#lines .talk-theirs").length;
  if (now > theirs) typingLine.textContent = "";
  if ((now > theirs || changed) && document.hidden) document.title = `● ${phase === "active" ? "New message" : title}`;
  if (wasAtEnd && (now > theirs || changed)) toEnd();
  theirs = now;
}

function words(phase) {
  const details = document.getElementById("talk-leave");
  const told = phase === "active"
    ? ["End the chat", "This ends the conversation for both of you. Everything said is kept.", "Yes, end the chat"]
    : ["Leave the line", "You lose your place in line. Your message stays with us, but nobody answers it here.", "Yes, leave the line"];
  details.querySelector("summary").textContent = told[0];
  details.querySelector("form > p").textContent = told[1];
  details.querySelector('[type="submit"] span').textContent = told[2];
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) document.title = title; });
document.querySelector("[data-stay]").addEventListener("click", (event) => { event.target.closest("details").open = false; });
window.addEventListener("online", () => { failures = 0; sendAll(); });

showOutbox();
sendAll();
if (talk.dataset.phase === "active") toEnd();
