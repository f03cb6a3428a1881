// What every page needs around htmx: the CSRF token, said and shown results, errors, a lost connection.
import { idle } from "./idle.js";

const notices = document.getElementById("notices");
const announcer = document.getElementById("announcer");

function say(words) {
  announcer.textContent = "";
  window.setTimeout(() => { announcer.textContent = words; }, 30);
}

function show(title, words, tone = "bad", lasts = 0) {
  const notice = document.createElement("div");
  notice.className = `notice tone-${tone}`;
  const text = document.createElement("div");
  const heading = document.createElement("p");
  heading.className = "notice-title";
  heading.textContent = title;
  text.append(heading);
  if (words) {
    const more = document.createElement("p");
    more.textContent = words;
    text.append(more);
  }
  const away = document.createElement("button");
  away.type = "button";
  away.className = "icon-button";
  away.dataset.dismiss = "";
  away.setAttribute("aria-label", "Put this notice away");
  away.textContent = "×";
  notice.append(text, away);
  notices.replaceChildren(notice);
  if (lasts) window.setTimeout(() => notice.remove(), lasts);
}

// What the page before has done, said on this one.
const said = notices.querySelector("[data-said]");
if (said) {
  say(said.querySelector(".notice-title").textContent);
  window.setTimeout(() => said.remove(), 5000);
}

document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  Object.assign(request.headers, idle());
  if (/GET|HEAD/.test(request.method)) return;
  request.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
});

document.addEventListener("htmx:after:request", (event) => {
  notices.querySelector("[data-connection]")?.remove();
  const { request, response } = event.detail.ctx;
  if (response.status < 400 && !/GET|HEAD/.test(request.method)) notices.replaceChildren(); // what was wrong is put right
  const headers = response.headers;
  const quiet = headers.get("Rapport-Say");
  if (quiet) say(decodeURIComponent(quiet));
  const words = headers.get("Rapport-Announce");
  if (words) {
    say(decodeURIComponent(words));
    show(decodeURIComponent(words), "", "good", 2500);
  }
  for (const name of (headers.get("Rapport-Live") ?? "").split(",").filter(Boolean)) {
    document.body.dispatchEvent(new CustomEvent(`live:${name}`, { detail: {} }));
  }
});

// A form that was taken closes its drawer and forgets what was written in it.
document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (!sourceElement?.closest || response.status >= 300 || sourceElement.matches("[data-keep-open]")) return;
  if (sourceElement.matches("form[data-clear]")) sourceElement.reset();
  const drawer = sourceElement.closest("details[data-close], details[data-menu]");
  if (drawer) drawer.open = false;
});

// Parts that fetch themselves fail quietly: the page says that it is not up to date until one succeeds.
const isBackground = (element) => element?.matches?.('[hx-trigger*="live:"], [hx-trigger*="every"]');

function stale(isStale) {
  const words = document.querySelector(".stale-words");
  if (!words || words.hidden !== isStale) return;
  words.hidden = !isStale;
  if (isStale) say("No connection. What you see may be old.");
}

document.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx.response.status < 500) stale(false);
});

// An answer that is not one of ours (a proxy's page, a sign-in page) must never be swapped into a part.
document.addEventListener("htmx:before:response", (event) => {
  const { response } = event.detail.ctx;
  if (response.raw.redirected && new URL(response.raw.url).pathname.startsWith("/sign-in/")) {
    event.preventDefault();
    show("You are signed out", "What you wrote is kept in this browser. Sign in again to go on.");
    window.setTimeout(() => window.location.assign(`/sign-in/?next=${encodeURIComponent(location.pathname)}`), 1500);
    return;
  }
  if (response.status >= 500 && isBackground(event.detail.ctx.sourceElement)) {
    event.preventDefault();
    stale(true);
    return;
  }
  if (response.status >= 500 && !response.headers.get("HX-Retarget")) {
    event.preventDefault();
    show("The server did not answer as it should", "What was saved before is safe. Try again in a moment.");
  }
});

document.addEventListener("htmx:error", (event) => {
  const error = event.detail.error;
  if (!(error instanceof TypeError) || !event.detail.ctx) return;
  if (isBackground(event.detail.ctx.sourceElement)) {
    stale(true);
    return;
  }
  show("No connection", "It may not have arrived. What you wrote is still here: try again in a moment.");
  notices.firstElementChild.dataset.connection = "lost";
});

document.addEventListener("click", (event) => {
  const away = event.target.closest?.("[data-dismiss]");
  if (away) away.closest(".notice").remove();
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("notice", (event) => {
  say(event.detail.title);
  show(event.detail.title, event.detail.words, event.detail.tone, event.detail.lasts);
});
document.addEventListener("announce", (event) => say(event.detail.words));

// Pages that could not be reached are tried again by themselves.
if (document.querySelector('meta[name="retry"]')) window.setTimeout(() => location.reload(), 4000);
