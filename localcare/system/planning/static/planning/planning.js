// Answers while a number is being moved, and renews how far a run came; without this file a button does both.
const PAUSE = 250;
const EVERY = 1500;

const form = document.querySelector("form[data-answer]");
const here = document.querySelector("[data-answer-here]");
const said = document.querySelector("[data-answer-said]");
let waiting = 0;
let asked = 0;

const answer = async () => {
  const mine = ++asked;
  const whole = new URLSearchParams(new FormData(form));
  try {
    const sent = await fetch(`${form.dataset.answer}?${whole}`, { redirect: "error", cache: "no-store" });
    if (!sent.ok || mine !== asked) return;
    here.innerHTML = await sent.text();
    said.textContent = "The answer has changed.";
  } catch {
    said.textContent = "The answer could not be renewed. Press See the answer.";
  }
};

form?.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(answer, PAUSE);
});

const part = document.querySelector("[data-progress]");

const renew = async () => {
  if (document.hidden) return;
  try {
    const sent = await fetch(part.dataset.progress, { redirect: "error", cache: "no-store" });
    if (sent.ok) part.innerHTML = await sent.text();
    if (part.querySelector("[data-over]")) location.reload();
  } catch {
    // The link to look again stays on the page.
  }
};

if (part) setInterval(renew, EVERY);
