// The floor says how fresh it is, and loudly when it is not.
const STALE_SECONDS = 45;
const stale = document.getElementById("stale");
const written = document.getElementById("as-of");
let freshAt = Date.now();

document.addEventListener("htmx:after:swap", () => {
  const words = document.querySelector("[data-as-of-words]")?.dataset.asOfWords;
  if (words && written.textContent !== words) written.textContent = words;
});
document.addEventListener("htmx:after:request", (event) => {
  if (event.detail.ctx.response?.status === 200) freshAt = Date.now();
});

window.setInterval(() => {
  const seconds = Math.floor((Date.now() - freshAt) / 1000);
  stale.hidden = seconds < STALE_SECONDS;
  document.body.classList.toggle("is-stale", !stale.hidden);
  if (!stale.hidden) {
    const words = `These figures are of ${written.textContent}: nothing new has come since. They go on by themselves when the connection is back.`;
    if (stale.textContent !== words) stale.textContent = words;
  }
}, 1000);
