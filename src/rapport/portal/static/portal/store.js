// What this browser keeps for a page: drafts and messages not sent yet. Without storage it lasts as long as the page.
const memory = new Map();

export function keep(key, value) {
  memory.set(key, value);
  try {
    if (value) localStorage.setItem(key, value);
    else localStorage.removeItem(key);
  } catch { /* a private window: kept for this page only */ }
}

export function kept(key) {
  try { return localStorage.getItem(key) ?? memory.get(key) ?? ""; } catch { return memory.get(key) ?? ""; }
}
