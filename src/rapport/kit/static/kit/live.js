// The stream of what happens: names and ids come in, parts of the page fetch themselves again.
//
// For an event "contact.offered" about subject S, `document.body` gets `live:contact.offered`, `live:contact`
// and `live:contact:S`; detail is the message's data and the event's `id`. A part of a page says
//   hx-get="…" hx-trigger="live:contact from:body delay:100ms"
// and comes by itself within a part that fetches itself too, unless it says hx-morph-skip.
// Without a stream the same events are fired by polling: every 3 s while the page is used, else every 60 s.
import { idle } from "./idle.js";

const ticketUrl = document.querySelector('meta[name="live-ticket"]').content;
const status = document.getElementById("stream-status");

const IN_USE_MS = 3000;
const IDLE_MS = 60000;
const SILENCE_MS = 45000;
const STEADY_MS = 3000; // a stream that ends sooner counts as one that failed
const LONGEST_PAUSE_MS = 15000;

let lastId = "";
let failures = 0;
let connected = false;
let lastUse = Date.now();
let lastPoll = 0;

function show(state, words) {
  if (!status || status.dataset.state === state) return;
  status.dataset.state = state;
  status.title = words;
  status.querySelector(".stream-words").textContent = words;
}

function fire(name, detail) {
  document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail }));
}

function deliver(name, data, isRecorded) {
  fire(name, data);
  if (!isRecorded) return; // something fleeting, such as typing: nothing to fetch
  const family = name.split(".")[0];
  if (family !== name) fire(family, data);
  if (data.subject) fire(`${family}:${data.subject}`, data);
}

// Every event some part of this page waits for: after a gap, and when polling, all of them are due.
const FETCHED = '[hx-get][hx-trigger*="live:"]';
function refreshAll() {
  const names = new Set();
  for (const element of document.querySelectorAll('[hx-trigger*="live:"]')) {
    if (element.parentElement.closest(FETCHED) && !element.closest("[hx-morph-skip]")) continue;
    for (const [, name] of element.getAttribute("hx-trigger").matchAll(/live:([^\s,]+)/g)) names.add(name);
  }
  for (const name of names) fire(name, {});
  fire("poll", {});
}

function receive(block) {
  let name = "message";
  let isRecorded = false;
  const data = [];
  for (const line of block.split("\n")) {
    if (line.startsWith("id:")) {
      lastId = line.slice(3).trim() || lastId;
      isRecorded = true;
    }
    if (line.startsWith("event:")) name = line.slice(6).trim();
    else if (line.startsWith("data:")) data.push(line.slice(5).trim());
  }
  if (name === "reconnect") return false;
  if (name === "closed") {
    show("ended", "What you may see has changed: reloading");
    location.reload();
    return false;
  }
  if (name === "reload") {
    refreshAll();
    return true;
  }
  if (data.length === 0) return true;
  try {
    deliver(name, { ...JSON.parse(data.join("\n")), id: isRecorded ? lastId : "" }, isRecorded);
  } catch (error) {
    console.error("A message on the stream could not be used", name, error);
  }
  return true;
}

async function read(response, stop) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let silence = window.setTimeout(stop, SILENCE_MS);
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      window.clearTimeout(silence);
      silence = window.setTimeout(stop, SILENCE_MS);
      const blocks = (rest + value).replaceAll("\r\n", "\n").split("\n\n");
      rest = blocks.pop();
      for (const block of blocks) if (!receive(block)) return;
    }
  } finally {
    window.clearTimeout(silence);
    reader.cancel().catch(() => {});
  }
}

async function ticket() {
  const answer = await fetch(ticketUrl, { headers: { Accept: "application/json", ...idle() }, cache: "no-store" });
  if (answer.redirected || [401, 403, 404].includes(answer.status)) {
    show("ended", "Signed out: reload the page");
    return null;
  }
  if (!answer.ok) throw new Error(`ticket: ${answer.status}`);
  return (await answer.json()).url;
}

async function connectOnce() {
  const address = await ticket();
  if (address === null) return false;
  const url = new URL(address, location.href);
  if (lastId) url.searchParams.set("last_event_id", lastId);
  const control = new AbortController();
  const response = await fetch(url, { headers: { Accept: "text/event-stream" }, cache: "no-store", signal: control.signal });
  if (!response.ok) throw new Error(`stream: ${response.status}`);
  connected = true;
  const steady = window.setTimeout(settle, failures === 0 ? 0 : STEADY_MS);
  refreshAll(); // what happened between the page and the stream, or while there was none
  const began = Date.now();
  try {
    await read(response, () => control.abort());
  } finally {
    window.clearTimeout(steady);
  }
  if (Date.now() - began < STEADY_MS) throw new Error("stream: ended at once");
  return true;
}

function settle() {
  failures = 0;
  show("live", "Live");
}

// Waits longer after each failure, never all pages at once; a network that is back ends the wait.
function pause() {
  const longest = Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures);
  const wait = longest / 2 + Math.random() * (longest / 2);
  return new Promise((resolve) => {
    window.setTimeout(resolve, wait);
    window.addEventListener("online", resolve, { once: true });
  });
}

async function stayConnected() {
  for (;;) {
    try {
      if (!(await connectOnce())) return;
    } catch {
      failures += 1;
    }
    connected = false;
    if (failures > 1) show("polling", "No stream: asking every few seconds");
    await pause();
  }
}

function poll() {
  if (connected || document.hidden || status?.dataset.state === "ended") return;
  const due = Date.now() - lastUse < 60000 ? IN_USE_MS : IDLE_MS;
  if (Date.now() - lastPoll < due || failures === 0) return;
  lastPoll = Date.now();
  refreshAll();
}

for (const kind of ["pointermove", "keydown", "touchstart", "focus"]) {
  window.addEventListener(kind, () => { lastUse = Date.now(); }, { passive: true });
}
document.addEventListener("visibilitychange", () => { if (!document.hidden && !connected) { lastPoll = 0; poll(); } });
window.setInterval(poll, 1000);
stayConnected();
