// Clocks that tick, count down or stay relative, by the server's time.
//   data-since="epoch seconds"   runs up;   data-warn, data-bad: seconds after which data-level changes
//   data-until="epoch seconds"   runs down; data-warn: seconds left; fires `countdown:done` once at zero
//   data-plain                   whole seconds instead of m:ss
//   data-ring-until, data-ring-total   a circle that empties
//   <time datetime data-relative>      "3 min ago"
const serverNow = Number(document.querySelector('meta[name="server-now"]')?.content) || Date.now() / 1000;
const skew = serverNow - (performance.timeOrigin + performance.now()) / 1000;
const now = () => Date.now() / 1000 + skew;

const two = (value) => String(value).padStart(2, "0");

function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function relative(seconds) {
  const size = Math.abs(seconds);
  if (size < 45) return "just now";
  const steps = [["min", 60, 90 * 60], ["h", 3600, 36 * 3600], ["d", 86400, 60 * 86400], ["mo", 30.44 * 86400, Infinity]];
  const [unit, length] = steps.find(([, , limit]) => size < limit);
  const words = `${Math.max(1, Math.round(size / length))} ${unit}`;
  return seconds > 0 ? `${words} ago` : `in ${words}`;
}

const write = (element, text) => { if (element.textContent !== text) element.textContent = text; };

function tickUp(element) {
  const seconds = now() - Number(element.dataset.since);
  write(element, duration(seconds));
  const { warn, bad } = element.dataset;
  const level = bad && seconds >= Number(bad) ? "bad" : warn && seconds >= Number(warn) ? "warn" : "";
  if ((element.dataset.level ?? "") !== level) element.dataset.level = level;
}

function tickDown(element) {
  const left = Math.max(0, Number(element.dataset.until) - now());
  write(element, "plain" in element.dataset ? String(Math.ceil(left)) : duration(Math.ceil(left)));
  const level = left <= Number(element.dataset.warn ?? 0) ? "warn" : "";
  if ((element.dataset.level ?? "") !== level) element.dataset.level = level;
  if (left === 0 && !element.dataset.done) {
    element.dataset.done = "yes";
    element.dispatchEvent(new CustomEvent("countdown:done", { bubbles: true }));
  }
}

function empty(circle) {
  const left = Math.max(0, Number(circle.dataset.ringUntil) - now());
  const share = Math.min(1, left / Number(circle.dataset.ringTotal));
  circle.setAttribute("stroke-dashoffset", (100 - 100 * share).toFixed(1));
}

function tick() {
  document.querySelectorAll("[data-since]").forEach(tickUp);
  document.querySelectorAll("[data-until]").forEach(tickDown);
  document.querySelectorAll("[data-ring-until]").forEach(empty);
}

function tickRelative() {
  for (const element of document.querySelectorAll("time[data-relative]")) {
    write(element, relative(now() - Date.parse(element.getAttribute("datetime")) / 1000));
  }
}

tick();
tickRelative();
setInterval(tick, 250);
setInterval(tickRelative, 15000);
document.addEventListener("htmx:after:swap", () => { tick(); tickRelative(); });
