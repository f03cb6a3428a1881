// Several contacts at once: which one is shown, what is new in the others, and a call that comes on top.
const work = document.getElementById("work");

// The contact that the columns are about.
export const shown = () => document.getElementById("talk")?.dataset.contact ?? "";

const hands = () => [...document.querySelectorAll("[data-hand]")];
const say = (words) => document.dispatchEvent(new CustomEvent("announce", { detail: { words } }));

let wanted = shown(); // the one the rep has asked for; the page follows
let unanswered = new Map(); // by contact, as last shown

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  wanted = ctx.sourceElement.dataset?.hand ?? wanted;
  ctx.rapportShown = wanted;
  ctx.request.headers["Rapport-Shown"] = wanted;
});

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx, tasks } = event.detail;
  const main = tasks.find((task) => task.type === "main" && task.target === work);
  if (!main || event.defaultPrevented) return;
  if (ctx.rapportShown !== wanted) { // the rep has gone to another contact meanwhile
    event.preventDefault();
    window.htmx.ajax("GET", work.getAttribute("hx-get"), { source: work, target: work, swap: work.getAttribute("hx-swap") });
    return;
  }
  const coming = main.fragment.querySelector("#talk")?.dataset.contact ?? "";
  if (coming !== shown()) main.swapSpec.style = "innerHTML"; // what is written for one never stands for another
  wanted = coming;
});

const isWriting = () => Boolean(document.activeElement?.matches("input, textarea") && document.activeElement.value);

function tellNews() {
  for (const hand of hands()) {
    const { hand: contact, channel, who, key } = hand.dataset;
    if (contact === wanted) continue;
    const had = unanswered.get(contact);
    if (Number(hand.dataset.unanswered) > had) say(`New from ${who}: ${key} shows it`);
    if (had === undefined && channel === "voice" && unanswered.size) {
      if (isWriting()) say(`You are on the telephone with ${who}: ${key} shows it`);
      else hand.click();
    }
  }
}

// Remembers also the one contact in hand, for which there is no strip.
function remember() {
  unanswered = new Map(hands().map((hand) => [hand.dataset.hand, Number(hand.dataset.unanswered)]));
  if (wanted && !unanswered.has(wanted)) unanswered.set(wanted, 0);
  const address = new URL(location.href);
  if (hands().length > 1) address.searchParams.set("contact", wanted);
  else address.searchParams.delete("contact");
  if (address.href !== location.href) window.history.replaceState(window.history.state, "", address);
}

document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.rapportShown === undefined) return;
  tellNews();
  remember();
});
remember();
