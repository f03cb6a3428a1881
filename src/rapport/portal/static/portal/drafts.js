// Fields with data-draft="key" keep what is typed over a reload, until a conversation has begun with it; in a form
// with data-draft-form="once", until it is sent.
import { keep, kept } from "./store.js";

for (const field of document.querySelectorAll("[data-draft]")) {
  const key = field.dataset.draft;
  if (!field.value) field.value = kept(key);
  field.addEventListener("input", () => keep(key, field.value));
}

// A second click while the first is on its way would only be told the same. Once it is: a button sends its name too.
for (const form of document.querySelectorAll("[data-draft-form]")) {
  form.addEventListener("submit", () => window.setTimeout(() => {
    if (form.dataset.draftForm === "once") {
      for (const field of form.querySelectorAll("[data-draft]")) keep(field.dataset.draft, "");
    }
    for (const button of form.querySelectorAll('[type="submit"]')) button.disabled = true;
  }));
}
window.addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-draft-form] [type=submit]")) button.disabled = false;
});
