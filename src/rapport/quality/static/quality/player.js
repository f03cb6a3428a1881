// Plays a recording, or a chat in its own time: outline by speaker, seeking, speed, skipped silence, markers, keys.
const LEVELS_A_SECOND = 10;
const QUIET = 6; // of 255
const LONG = 1.5; // seconds of quiet that are skipped
const JUMP = 10; // seconds
const COLOURS = { step: "--good", prompt: "--accent", hold: "--warn", pause: "--warn", remark: "--series-4" };

const words = (seconds) => {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60) % 60, hours = Math.floor(whole / 3600);
  const two = (n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
};

// A clock that runs as a sound does, for a chat.
function silentClock(seconds) {
  let at = 0, since = null, speed = 1;
  const now = () => Math.min(seconds, since === null ? at : at + ((performance.now() - since) / 1000) * speed);
  const set = (to) => { at = Math.min(Math.max(to, 0), seconds); if (since !== null) since = performance.now(); };
  return {
    get currentTime() { return now(); },
    set currentTime(to) { set(to); },
    get paused() { return since === null || now() >= seconds; },
    set playbackRate(to) { set(now()); speed = to; },
    play() { if (now() >= seconds) at = 0; else at = now(); since = performance.now(); },
    pause() { at = now(); since = null; },
  };
}

function begin(root) {
  const find = (what) => root.querySelector(what);
  const seconds = Number(root.dataset.seconds), begins = Date.parse(root.dataset.begins);
  const isChat = root.dataset.player === "chat";
  const sound = isChat ? silentClock(seconds) : find("audio");
  const wave = find("canvas"), marks = find("[data-marks]"), play = find('[data-do="play"]');
  const lines = isChat ? [...document.querySelectorAll("[data-moment]")] : [];
  const moments = lines.map((one) => (Number(one.dataset.moment) * 1000 - begins) / 1000);
  let levels = [], quiet = [], goal = null, hasPlayed = false;

  const at = () => goal ?? sound.currentTime;
  function go(to) {
    const wanted = Math.min(Math.max(to, 0), seconds);
    if (!isChat && sound.readyState === 0) { goal = wanted; sound.preload = "metadata"; sound.load(); }
    else sound.currentTime = wanted;
    hasPlayed = true;
    show();
  }
  function toggle() {
    hasPlayed = true;
    if (sound.paused) Promise.resolve(sound.play()).catch(broken); else sound.pause();
    tick();
  }
  async function broken() {
    const told = find("[data-problem]");
    told.textContent = "The sound cannot be played. Reload the page; if it stays so, tell your supervisor.";
    told.hidden = false;
    const answer = isChat ? null : await fetch(sound.src, { headers: { Accept: "application/json", Range: "bytes=0-0" } }).catch(() => null);
    const why = answer && !answer.ok && await answer.json().catch(() => null);
    if (why?.error) told.textContent = why.error.message; // gone, or the storage does not answer
  }
  function setSpeed(by) {
    const choice = find("[data-speed]");
    choice.selectedIndex = Math.min(Math.max(choice.selectedIndex + by, 0), choice.options.length - 1);
    sound.playbackRate = Number(choice.value);
  }

  // The spans in which nobody is heard; of a chat, those between what was written.
  function findQuiet() {
    if (isChat) {
      quiet = moments.slice(1).map((next, i) => [moments[i], next]).filter(([from, to]) => to - from > LONG)
        .map(([from, to]) => [from + 1, to - 0.5]);
      return;
    }
    let from = null;
    quiet = [];
    for (let i = 0; i <= (levels[0]?.length ?? 0); i += 1) {
      const isQuiet = i < levels[0].length && levels.every((one) => one[i] <= QUIET);
      if (isQuiet && from === null) from = i;
      if (!isQuiet && from !== null) {
        if (i - from > LONG * LEVELS_A_SECOND) quiet.push([from / LEVELS_A_SECOND + 0.3, i / LEVELS_A_SECOND - 0.2]);
        from = null;
      }
    }
  }

  function draw() {
    const scale = window.devicePixelRatio || 1, width = wave.clientWidth, height = wave.clientHeight;
    if (!width) return;
    wave.width = width * scale;
    wave.height = height * scale;
    const pen = wave.getContext("2d"), style = getComputedStyle(root);
    const ink = document.createElement("span");
    root.append(ink);
    const colour = (name) => { ink.style.color = `var(${name})`; return getComputedStyle(ink).color; };
    pen.scale(scale, scale);
    const rows = levels.length || 1, each = height / rows, here = (at() / seconds) * width;
    for (const [row, one] of levels.entries()) {
      const played = colour(row ? "--series-2" : "--accent"), rest = colour("--line-strong");
      for (let x = 0; x < width; x += 2) {
        const first = Math.floor((x / width) * one.length), last = Math.max(first + 1, Math.floor(((x + 2) / width) * one.length));
        let loud = 0;
        for (let i = first; i < last; i += 1) loud = Math.max(loud, one[i]);
        const tall = Math.max(1, (Math.sqrt(loud / 255)) * (each - 6));
        pen.fillStyle = x <= here ? played : rest;
        pen.fillRect(x, row * each + (each - tall) / 2, 1.4, tall);
      }
    }
    pen.fillStyle = colour("--line-strong");
    for (const moment of moments) pen.fillRect((moment / seconds) * width, height / 4, 2, height / 2);
    for (const one of marks.children) {
      pen.fillStyle = colour(COLOURS[one.dataset.kind] ?? "--ink");
      const x = (Number(one.querySelector("[data-at]").dataset.at) / seconds) * width;
      pen.fillRect(x - 1, 0, 2, height);
      pen.fillRect(x - 3, 0, 6, 6);
    }
    pen.fillStyle = style.color;
    pen.fillRect(here - 1, 0, 2, height);
    ink.remove();
  }

  function show() {
    const now = at();
    for (const one of root.querySelectorAll("[data-clock]")) one.textContent = words(now);
    wave.setAttribute("aria-valuenow", Math.round(now));
    wave.setAttribute("aria-valuetext", words(now));
    play.setAttribute("aria-pressed", String(!sound.paused));
    play.firstElementChild.textContent = sound.paused ? "Play" : "Pause";
    let current = null;
    for (const one of marks.children) {
      one.removeAttribute("aria-current");
      if (Number(one.querySelector("[data-at]").dataset.at) <= now + 0.05) current = one;
    }
    if (hasPlayed) current?.setAttribute("aria-current", "true");
    find('[name="moment"]').value = new Date(begins + now * 1000).toISOString();
    find('[name="seconds"]').value = now.toFixed(1);
    for (const [i, line] of lines.entries()) line.toggleAttribute("data-later", hasPlayed && moments[i] > now + 0.05);
    draw();
  }

  let ticking = false;
  function tick() {
    if (ticking) return;
    ticking = true;
    const step = () => {
      if (find("[data-skip]").checked && !sound.paused) {
        const span = quiet.find(([from, to]) => at() >= from && at() < to);
        if (span) sound.currentTime = span[1];
      }
      show();
      if (sound.paused) { ticking = false; return; }
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  }

  root.addEventListener("click", (event) => {
    const to = event.target.closest("[data-at]"), what = event.target.closest("[data-do]")?.dataset.do;
    if (to) go(Number(to.dataset.at));
    else if (what === "play") toggle();
    else if (what) go(at() + (what === "on" ? JUMP : -JUMP));
  });
  wave.addEventListener("pointerdown", (event) => go(((event.clientX - wave.getBoundingClientRect().left) / wave.clientWidth) * seconds));
  find("[data-speed]").addEventListener("change", () => setSpeed(0));
  const keys = {
    " ": toggle, ArrowLeft: () => go(at() - JUMP), ArrowRight: () => go(at() + JUMP), Home: () => go(0), End: () => go(seconds),
    ",": () => setSpeed(-1), ".": () => setSpeed(1), s: () => find("[data-skip]").click(),
    n: () => [...root.querySelectorAll("[data-at]")].find((one) => Number(one.dataset.at) > at() + 0.1)?.click(),
  };
  root.addEventListener("keydown", (event) => {
    if (event.target.matches("input:not([type=checkbox]), select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " " && event.target.matches("button, input")) return; // the control's own key
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  });
  find(".player-remark").addEventListener("htmx:afterRequest", (event) => { if (event.target.matches("form")) find('[name="words"]').value = ""; });
  new MutationObserver(draw).observe(marks, { childList: true });
  new ResizeObserver(draw).observe(wave);
  if (!isChat) {
    sound.addEventListener("loadedmetadata", () => { if (goal !== null) sound.currentTime = goal; goal = null; show(); });
    for (const one of ["play", "pause", "seeked", "ended"]) sound.addEventListener(one, tick);
    sound.addEventListener("error", broken);
    fetch(root.dataset.outline).then((told) => told.arrayBuffer()).then((raw) => {
      const all = new Uint8Array(raw), each = all.length / Number(root.dataset.channels);
      levels = Array.from({ length: Number(root.dataset.channels) }, (_, i) => all.subarray(i * each, (i + 1) * each));
      findQuiet();
      draw();
    });
  } else findQuiet();
  show();
}

for (const root of document.querySelectorAll("[data-player]")) begin(root);
