// The newest state wins. A part of a page fetched before a change was answered may show the time before it:
// it is not shown, and the part (named by its hx-get) is fetched again.
const changed = new WeakMap(); // part of the page → when the newest answer to a change was shown in it

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  ctx.rapportBegan = performance.now();
});

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  const target = tasks.find((task) => task.type === "main")?.target;
  if (!(target instanceof Element) || !target.hasAttribute("hx-get")) return;
  if ((changed.get(target) ?? 0) > ctx.rapportBegan) {
    event.preventDefault();
    window.htmx.ajax("GET", target.getAttribute("hx-get"), { source: target, target, swap: target.getAttribute("hx-swap") });
  } else if (ctx.request.method !== "GET") {
    changed.set(target, performance.now());
  }
});
