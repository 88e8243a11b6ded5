// Copies a field's text. Without this script one selects it by hand.
(() => {
  "use strict";

  for (const button of document.querySelectorAll("[data-copy]")) {
    const source = document.querySelector(button.dataset.copy);
    if (!source || !navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      source.select();
      await navigator.clipboard.writeText(source.value);
      const label = button.querySelector("span");
      const before = label.textContent;
      label.textContent = button.dataset.copied;
      window.setTimeout(() => { label.textContent = before; }, 2500);
    });
  }
})();
