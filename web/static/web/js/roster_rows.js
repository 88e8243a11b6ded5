// Puts a roster as it now stands in the place of what is on the screen: from roster.js, when something was saved, and
// from roster_live.js, when somebody else changed it. What is not saved yet, and the field being typed in, are left alone.
(() => {
  "use strict";

  const form = document.querySelector("[data-roster]");
  const unsaved = window.rosterUnsaved;
  if (!form || !unsaved) return;

  const show = (said) => {
    if (Number(said.version) < Number(form.elements.version.value)) return; // an answer that was overtaken
    const fresh = document.createElement("div");
    fresh.innerHTML = said.html;
    form.elements.version.value = said.version;
    form.dataset.stamp = said.stamp;
    const head = form.querySelector("[data-roster-head]");
    const held = head.contains(document.activeElement);
    head.replaceChildren(...fresh.querySelector("[data-roster-head]").childNodes);
    if (held) head.focus({ preventScroll: true });
    showPeople([...fresh.querySelectorAll("[data-roster-row]")]);
    showBar(fresh.querySelector("[data-roster-bar-next]").content.querySelector("[data-roster-bar]"));
  };

  // Who joined stands in their place, who left is gone; everybody else keeps the very row that is on the screen.
  const showPeople = (rows) => {
    const list = form.querySelector(".roster-rows");
    const ids = new Set(rows.map((row) => row.id));
    for (const row of [...list.children]) if (!ids.has(row.id)) remove(row);
    rows.forEach((fresh, position) => {
      const row = document.getElementById(fresh.id);
      if (row && form.contains(row)) return showRow(row, fresh);
      list.insertBefore(fresh, list.children[position] ?? null);
      ready(fresh);
    });
  };

  const remove = (row) => {
    const held = row.contains(document.activeElement);
    unsaved.drop(row.dataset.rosterRow);
    row.remove();
    if (held) form.querySelector("[data-roster-head]").focus({ preventScroll: true });
  };

  const showRow = (row, fresh) => {
    row.classList.toggle("is-awaited", fresh.classList.contains("is-awaited"));
    row.dataset.stamp = fresh.dataset.stamp;
    for (const part of [".roster-who .note", ".roster-changed", ".roster-times", ".roster-counted", ".roster-sum", ".roster-move"]) {
      row.querySelector(part).innerHTML = fresh.querySelector(part).innerHTML;
    }
    for (const input of row.querySelectorAll("input, select")) {
      if (unsaved.isHeld(input)) continue;
      const same = fresh.querySelector(input.type === "radio" ? `input[name="${input.name}"][value="${input.value}"]` : `[name="${input.name}"]`);
      if (!same) continue;
      if (input.type === "radio" || input.type === "checkbox") input.checked = same.checked;
      else input.value = same.value;
    }
  };

  const showBar = (fresh) => {
    const bar = document.querySelector("section[data-roster-bar]");
    const held = bar.contains(document.activeElement);
    bar.replaceChildren(...fresh.childNodes);
    bar.hidden = fresh.hidden;
    if (held) bar.querySelector(".button-primary, .button").focus({ preventScroll: true });
  };

  // "Go to Theo" brings the keyboard there too, and to a choice that is made with one key.
  document.addEventListener("click", (event) => {
    const go = event.target.closest("[data-roster-go]");
    if (!go) return;
    event.preventDefault();
    const row = document.getElementById(`row-${go.dataset.rosterGo}`);
    row.scrollIntoView({ block: "center" });
    row.querySelector("input").focus({ preventScroll: true });
  });

  const ready = (part) => {
    for (const button of part.querySelectorAll("[data-now]")) button.hidden = false;
  };
  ready(form);
  for (const button of form.querySelectorAll("[data-no-script]")) button.hidden = true;

  form.addEventListener("roster:fresh", (event) => show(event.detail));
})();
