// The form of an evaluation: questions that the answers so far call for, and keys to answer them.
const form = document.getElementById("quality-form");
const questions = () => [...form.querySelectorAll("[data-question]:not([hidden])")];

// The server says which questions are asked, by the same rules as when it counts.
function showAsked() {
  const told = form.querySelector("[data-asked]")?.dataset.asked;
  if (told === undefined) return;
  const asked = new Set(told.split(" "));
  for (const one of form.querySelectorAll("[data-question]")) one.hidden = !asked.has(one.dataset.question);
}

function go(from, by) {
  const all = questions();
  const next = all[Math.min(Math.max(all.indexOf(from) + by, 0), all.length - 1)];
  (next?.querySelector("input:checked") ?? next?.querySelector("input, textarea"))?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

form.addEventListener("keydown", (event) => {
  if (event.target.matches("textarea, input:not([type=radio])") || event.ctrlKey || event.metaKey || event.altKey) return;
  const question = event.target.closest("[data-question]");
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") {
    event.preventDefault();
    go(question, key === "j" ? 1 : -1);
    return;
  }
  const answer = question && [...question.querySelectorAll("[data-answer]")].find((one) => one.dataset.answer === key);
  if (!answer) return;
  event.preventDefault();
  answer.click();
  answer.focus();
});
new MutationObserver(showAsked).observe(form, { childList: true, subtree: true });
