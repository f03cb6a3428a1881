// A ringing contact: sound (made here, no file), the tab's title, and words for screen readers.
// The page rings while an element with data-ring="Anna Berg, billing" is on it; data-ring-id tells rings apart.
const PERIOD_MS = 2600;
let audio = null;
let timer = 0;
let current = "";
let plainTitle = "";

const soundOn = () => {
  try { return localStorage.getItem("rapport.sound") !== "off"; } catch { return true; }
};

function tone(at, frequency, length) {
  const oscillator = audio.createOscillator();
  const volume = audio.createGain();
  oscillator.frequency.value = frequency;
  volume.gain.setValueAtTime(0.0001, at);
  volume.gain.exponentialRampToValueAtTime(0.12, at + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.0001, at + length);
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start(at);
  oscillator.stop(at + length);
}

function chime() {
  if (!soundOn() || !audio || audio.state !== "running") return;
  tone(audio.currentTime, 659.3, 0.5);
  tone(audio.currentTime + 0.18, 880, 0.7);
}

function flash() {
  document.title = document.title === plainTitle ? `● ${current}` : plainTitle;
}

function start(words, how) {
  current = words;
  plainTitle = document.title;
  document.dispatchEvent(new CustomEvent("announce", { detail: { words: `A contact is ringing: ${words}. ${how}` } }));
  chime();
  flash();
  let beats = 0;
  timer = window.setInterval(() => {
    flash();
    beats += 1;
    if (beats % Math.round(PERIOD_MS / 1000) === 0) chime();
  }, 1000);
}

function stop() {
  window.clearInterval(timer);
  timer = 0;
  document.title = plainTitle || document.title;
}

let ringing = "";
function look() {
  const element = document.querySelector("[data-ring]");
  const id = element ? element.dataset.ringId || element.dataset.ring : "";
  if (id === ringing) return;
  if (ringing) stop();
  ringing = id;
  if (id) start(element.dataset.ring, element.dataset.ringHow ?? "Enter accepts.");
}

// Browsers let a page sound only after somebody has used it.
for (const kind of ["pointerdown", "keydown"]) {
  window.addEventListener(kind, () => {
    audio ??= new AudioContext();
    if (audio.state === "suspended") audio.resume();
  }, { passive: true });
}

function showSound() {
  for (const button of document.querySelectorAll("[data-sound-toggle]")) {
    button.setAttribute("aria-pressed", String(soundOn()));
    button.querySelector("span").textContent = soundOn() ? "Ring out loud: on" : "Ring out loud: off";
  }
}
document.addEventListener("click", (event) => {
  if (!event.target.closest?.("[data-sound-toggle]")) return;
  try { localStorage.setItem("rapport.sound", soundOn() ? "off" : "on"); } catch { /* private window */ }
  showSound();
  chime();
});

showSound();
look();
document.addEventListener("htmx:after:swap", look);
