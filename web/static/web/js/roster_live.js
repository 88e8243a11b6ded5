// A roster that is open on two screens: asks every few seconds, while it is looked at, whether anything is new.
// What is new is handed to roster.js, which puts it in its place and leaves alone the field that is being typed in.
(() => {
  "use strict";

  const form = document.querySelector("[data-live]");
  const news = document.getElementById("roster-news");
  if (!form || !news) return;

  const EVERY = 4_000;
  const LONGEST_WAIT = 60_000;
  let failures = 0;
  let timer = 0;

  const stamps = () => new Map([...form.querySelectorAll("[data-roster-row]")].map((row) => [row.id, row.dataset.stamp]));

  const ask = async () => {
    window.clearTimeout(timer);
    if (document.hidden || !navigator.onLine) return;
    try {
      const answer = await fetch(form.dataset.live, {
        headers: { Accept: "application/json", "If-None-Match": `"${form.dataset.stamp}"` },
        credentials: "same-origin",
        redirect: "manual",
        cache: "no-store",
      });
      if (answer.type === "opaqueredirect" || [403, 404].includes(answer.status)) return; // nothing more to be seen
      failures = answer.status >= 500 || answer.status === 429 ? failures + 1 : 0;
      if (answer.status === 200) take(await answer.json());
    } catch {
      failures += 1;
    }
    timer = window.setTimeout(ask, Math.min(EVERY * 2 ** failures, LONGEST_WAIT));
  };

  const take = (said) => {
    if (said.signed) return form.dispatchEvent(new Event("roster:signed")); // nothing is left to mark
    const before = stamps();
    const unsaved = Number(said.version) < Number(form.elements.version.value);
    form.dispatchEvent(new CustomEvent("roster:fresh", { detail: said }));
    if (unsaved) return;
    const fresh = [...form.querySelectorAll("[data-roster-row]")].filter((row) => before.get(row.id) !== row.dataset.stamp);
    const theirs = fresh.filter((row) => row.querySelector("[data-roster-changed]").textContent || !before.has(row.id));
    for (const row of theirs) row.classList.add("is-fresh");
    const names = theirs.map((row) => row.querySelector(".roster-name").textContent);
    if (names.length > 0) news.textContent = news.dataset.changed.replace("%n", names.join(", "));
  };

  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) ask();
  });
  window.addEventListener("online", ask);
  timer = window.setTimeout(ask, EVERY);
})();
