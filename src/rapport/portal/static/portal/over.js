// After the end: the two taps are kept as soon as both are made, and what could not be sent any more is shown.
import { keep, kept } from "./store.js";

const unsent = document.getElementById("unsent");
const contact = unsent.dataset.contact;
const draftKey = `portal.draft.${contact}`;
const outboxKey = `portal.outbox.${contact}`;

let left = [];
try { left = JSON.parse(kept(outboxKey) || "[]").filter(({ taken }) => !taken).map(({ text }) => text); } catch { left = []; }
const lost = [...left, kept(draftKey)].filter(Boolean).join("\n");
if (lost && unsent.hidden) {
  document.getElementById("unsent-text").textContent = lost;
  unsent.hidden = false;
}

const form = document.getElementById("survey");
const status = document.getElementById("survey-status");
const commentKey = `portal.comment.${contact}`;

async function save() {
  const taps = new URLSearchParams(new FormData(form));
  taps.delete("comment"); // sent with the button; should these taps arrive after it, they take nothing away
  const answer = await fetch(form.action, { method: "POST", body: taps, headers: { Accept: "application/json" } });
  status.textContent = answer.ok ? "Kept, thank you." : "Not kept yet: press Send.";
}

if (form) {
  const comment = form.elements.namedItem("comment");
  if (!comment.value) comment.value = kept(commentKey);
  comment.addEventListener("input", () => keep(commentKey, comment.value));
  form.addEventListener("submit", () => { for (const key of [commentKey, draftKey, outboxKey]) keep(key, ""); });
  form.addEventListener("change", (event) => {
    if (event.target.type !== "radio" || !form.elements.rating.value || !form.elements.resolved.value) return;
    save().catch(() => { status.textContent = "No connection: press Send when it is back."; });
  });
}
