// The editor of a guide: steps are dragged, the picture opens forms, changes are undone, and a reload loses nothing.
const form = () => document.getElementById("guide");
const text = () => document.getElementById("field-text");

// Sends the editor's form as if a button had been pressed.
function press(value) {
  const button = Object.assign(document.createElement("button"), { name: "do", value, hidden: true });
  form().append(button);
  button.click();
  button.remove();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-open-step]");
  if (!link || !form()) return;
  event.preventDefault();
  press(`open:step:${link.dataset.openStep}`);
});

// On a narrow page the form stands below the outline: opening one goes there.
let isOpening = false;
document.addEventListener("click", (event) => {
  isOpening = Boolean(event.target.closest(".guide-left .guide-open"));
});
document.addEventListener("htmx:after:swap", () => {
  if (isOpening && matchMedia("(max-width: 899px)").matches) document.querySelector(".guide-middle")?.scrollIntoView();
  isOpening = false;
});

// What decides which fields there are brings the form anew at once.
document.addEventListener("change", (event) => {
  if (event.target.matches("#guide [data-anew]")) press("");
});

let dragged = null;
const row = (event) => event.target.closest?.("li[data-step]");
const isBelow = (event, li) => event.clientY > li.getBoundingClientRect().top + li.offsetHeight / 2;
const unmark = () => document.querySelectorAll(".is-above, .is-below").forEach((li) => li.classList.remove("is-above", "is-below"));

document.addEventListener("dragstart", (event) => {
  dragged = row(event);
  dragged?.classList.add("is-dragged");
  if (dragged) event.dataTransfer.setData("text/plain", dragged.dataset.step);
});
document.addEventListener("dragover", (event) => {
  const over = row(event);
  if (!dragged || !over) return;
  event.preventDefault();
  unmark();
  over.classList.add(isBelow(event, over) ? "is-below" : "is-above");
});
document.addEventListener("dragend", () => {
  dragged?.classList.remove("is-dragged");
  dragged = null;
  unmark();
});
document.addEventListener("drop", (event) => {
  const over = row(event);
  if (!dragged || !over || over === dragged) return;
  event.preventDefault();
  const left = [...over.parentElement.children].filter((li) => li !== dragged);
  press(`place:${dragged.dataset.step}:${left.indexOf(over) + (isBelow(event, over) ? 1 : 0)}`);
});

// Alt with an arrow moves the step whose line has the focus.
document.addEventListener("keydown", (event) => {
  const opener = event.target.closest?.("button[data-opens]");
  if (!opener || !event.altKey || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
  event.preventDefault();
  press(`${event.key === "ArrowUp" ? "up" : "down"}:${opener.dataset.opens}`);
});

// Texts as they were before each change: for undoing, and for a page that was left with something not on file.
const past = [];
const kept = () => `rapport.guide.${location.pathname}${location.search}.${form().dataset.guide}`;
const store = (action) => { try { return action(sessionStorage); } catch { return null; /* private window */ } };
let last = text()?.value;
const first = last;

function look() {
  if (!form() || !text()) return;
  if (text().value !== last) {
    past.push(last);
    last = text().value;
  }
  if (last !== first) store((session) => session.setItem(kept(), last));
  const undo = form().querySelector("[data-undo]");
  if (undo) undo.hidden = past.length === 0;
}
function put(value) {
  form().querySelector("input[name=shown]")?.remove();
  text().value = value;
  last = value;
  store((session) => session.removeItem(kept())); // kept again, where it is not what the page came with
  press("");
}
document.addEventListener("htmx:after:swap", look);
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-undo]") && past.length) put(past.pop());
  if (event.target.closest("#guide-save")) store((session) => session.removeItem(kept()));
});
const left = form() && store((session) => session.getItem(kept()));
if (left && left !== first) {
  past.push(first);
  const wait = setInterval(() => { if (window.htmx) { clearInterval(wait); put(left); } }, 50);
}
