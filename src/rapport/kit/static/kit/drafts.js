// What people write survives a reload: it is kept in this browser until it is sent.
//   <textarea data-draft="chat-42">           one field
//   <form data-draft-form="wrap-up-42">       every field in it with a name
//   <form data-clears>                        stays on the page, empty, when it was sent
// Drafts of a form are forgotten when it was sent and taken. What stands in a field stays when its part comes anew.
const PREFIX = "rapport.draft.";
const restored = new WeakSet();

function keyOf(field) {
  if (field.dataset.draft) return PREFIX + field.dataset.draft;
  const form = field.closest("form[data-draft-form]");
  return form && field.name && field.type !== "hidden" ? `${PREFIX}${form.dataset.draftForm}.${field.name}` : null;
}

const store = (action) => { try { return action(localStorage); } catch { return null; /* private window */ } };

// Keeps a draft for a field that is not on the page now.
export function put(name, text) {
  store((kept) => kept.setItem(PREFIX + name, text));
}

function keep(field) {
  const key = keyOf(field);
  if (!key) return;
  const value = field.type === "radio" && !field.checked ? "" : field.value;
  if (value) store((kept) => kept.setItem(key, value));
  else if (field.type !== "radio") store((kept) => kept.removeItem(key));
}

function restore(field) {
  const key = keyOf(field);
  if (!key || restored.has(field)) return;
  restored.add(field);
  const value = store((kept) => kept.getItem(key));
  if (!value) return;
  if (field.type === "radio") field.checked = field.value === value;
  else field.value = value; // what was written goes before what the page suggests
}

// A part of the page that fetches itself takes nothing away that somebody has just put into a field.
window.htmx.registerExtension("drafts", {
  htmx_before_morph_attr: (field, { attrName, newValue }) => attrName !== "value" || !(field instanceof HTMLInputElement)
    || field.value === field.defaultValue || field.value === newValue,
  htmx_before_morph_node: (field, { newNode }) => {
    if (!(field instanceof HTMLTextAreaElement) || field.value === field.defaultValue || field.value === newNode.value) return;
    newNode.defaultValue = field.defaultValue; // with another one its text would be set
  },
});

const fieldsIn = (root) => root.querySelectorAll("[data-draft], form[data-draft-form] :is(input, textarea, select)");

function forget(form) {
  for (const field of form.querySelectorAll("input, textarea, select")) {
    const key = keyOf(field);
    if (key) store((kept) => kept.removeItem(key));
  }
}

document.addEventListener("input", (event) => keep(event.target));
document.addEventListener("change", (event) => keep(event.target));
document.addEventListener("htmx:after:request", (event) => {
  const { sourceElement, response } = event.detail.ctx;
  if (!sourceElement?.matches?.("form") || response.status >= 300) return;
  forget(sourceElement);
  if (sourceElement.hasAttribute("data-clears")) sourceElement.reset();
});
document.addEventListener("htmx:after:swap", () => fieldsIn(document).forEach(restore));
fieldsIn(document).forEach(restore);
