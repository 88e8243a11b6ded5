// The board's filters act at once, and "/" goes to the search. Without this script there is a button for it.
(() => {
  "use strict";

  for (const form of document.querySelectorAll("form[data-auto-submit]")) {
    for (const button of form.querySelectorAll("[data-no-script]")) button.hidden = true;
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, input[type=checkbox]")) form.requestSubmit();
    });
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.metaKey || event.ctrlKey || event.target.closest("input, textarea, select")) return;
    const search = document.querySelector("[data-search]");
    if (!search) return;
    event.preventDefault();
    search.focus();
  });
})();
