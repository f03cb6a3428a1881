// Since when nobody has touched this page. Parts that fetch themselves tell the server, so that an open page alone
// does not keep a session alive, and a person who only types or points does.
let last = Date.now();
for (const kind of ["pointermove", "pointerdown", "keydown", "touchstart", "wheel"]) {
  window.addEventListener(kind, () => { last = Date.now(); }, { passive: true, capture: true });
}

export const idle = () => ({ "Rapport-Idle": String(Math.floor((Date.now() - last) / 1000)) });
