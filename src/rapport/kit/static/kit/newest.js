// The newest state wins. A part of a page fetched before a change was answered may show the time before it: it is
// not shown, and the part (named by its hx-get) is fetched again. So it is with a part that was fetched before one
// within it, or around it, that is shown already.
const asOf = new WeakMap(); // part of the page → the time whose state it shows, at least

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  ctx.rapportBegan = performance.now();
});

function shownWithin(part) {
  const parts = [part, ...part.querySelectorAll("[hx-get]")];
  for (let around = part; (around = around.parentElement?.closest("[hx-get]"));) parts.push(around);
  return Math.max(...parts.map((one) => asOf.get(one) ?? 0));
}

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  const target = tasks.find((task) => task.type === "main")?.target;
  if (!(target instanceof Element) || !target.hasAttribute("hx-get")) return;
  if (shownWithin(target) > ctx.rapportBegan) {
    event.preventDefault();
    window.htmx.ajax("GET", target.getAttribute("hx-get"), { source: target, target, swap: target.getAttribute("hx-swap") });
  } else {
    asOf.set(target, ctx.request.method === "GET" ? ctx.rapportBegan : performance.now());
  }
});
