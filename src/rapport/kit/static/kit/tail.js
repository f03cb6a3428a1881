// A list with data-tail grows at its end: an answer brings its last lines (each with an id), of which some stand
// there already. Those stay, or give way to what they say anew; what is new comes into its place.
document.addEventListener("htmx:before:swap", (event) => {
  const main = event.detail.tasks.find((task) => task.type === "main");
  if (event.defaultPrevented || !(main?.target instanceof Element) || !main.target.hasAttribute("data-tail")) return;
  grow(main.target, main.fragment);
});

// Leaves in ``coming`` what belongs at the list's end.
export function grow(list, coming) {
  const lines = [...coming.children].reverse();
  coming.replaceChildren();
  let next = null;
  for (const line of lines) {
    const there = list.querySelector(`#${CSS.escape(line.id)}`);
    if (there?.isEqualNode(line)) {
      next = there;
      continue;
    }
    if (there) there.replaceWith(line);
    else if (next) next.before(line);
    else coming.prepend(line);
    if (there || next) next = line;
  }
}

const ASKED_AFTER_MS = 40;
const SENDING_MS = 400; // so long news waits for an answer that may hold it

// News of lines: `ask` is called once for all that comes within a short while, but not for what this page has sent,
// which came with the answer. The answer names the event that tells of it.
export function news(ask) {
  const ours = new Set();
  const heard = new Set();
  let sending = 0;
  let timer = 0;
  const look = (after) => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => {
      const isNew = [...heard].some((id) => !ours.has(id));
      heard.clear();
      if (isNew) ask();
    }, after);
  };
  return {
    hear(event) {
      if (!heard.size) look(sending ? SENDING_MS : ASKED_AFTER_MS);
      heard.add(event);
    },
    sends() { sending += 1; },
    sent(event) {
      sending -= 1;
      if (event) ours.add(event);
      if (heard.size) look(0);
    },
  };
}
