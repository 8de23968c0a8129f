// Renews the parts of a page marked with data-live every few seconds; without this file the page is read as it was sent.
const EVERY = 8000;

for (const part of document.querySelectorAll("[data-live]")) {
  const status = part.parentElement.querySelector("[data-live-status]");
  let tag = part.dataset.liveTag;
  let isAsking = false;

  const isInUse = () => part.contains(document.activeElement) || part.querySelector("input:checked") !== null;

  const say = (words) => { if (status && status.textContent !== words) status.textContent = words; };

  const renew = async () => {
    if (isAsking || document.hidden) return;
    isAsking = true;
    try {
      const answer = await fetch(part.dataset.live, {
        headers: tag ? { "If-None-Match": tag } : {},
        cache: "no-store",
        redirect: "error",
      });
      if (answer.status === 200) {
        const content = await answer.text();
        if (isInUse()) {
          say("The list has changed. It is renewed when you leave it, or reload the page.");
        } else {
          part.innerHTML = content;
          tag = answer.headers.get("ETag") ?? "";
          say("");
        }
      }
    } catch {
      say("The list could not be renewed. It shows what was known when it was last renewed.");
    } finally {
      isAsking = false;
    }
  };

  setInterval(renew, EVERY);
}
