// Renews how far work in the background came; without this file a link or a button does it.
const EVERY = 1500;
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
