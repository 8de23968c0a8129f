// Answers while a number is being moved; without this file a button does it.
const PAUSE = 250;

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
