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
