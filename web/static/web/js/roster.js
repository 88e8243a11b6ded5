// A roster that saves itself: each change is sent on its own, tried again until it arrives, and shown as saved.
// Without this script the page's form and its Save button do the same work at once.
(() => {
  "use strict";

  const form = document.querySelector("[data-roster]");
  const state = document.getElementById("save-state");
  if (!form || !state) return;

  const FIELDS = ["status", "arrived", "left", "excuse", "mode"];
  const LONGEST_WAIT = 30_000;
  const changed = new Map(); // the rows that are not saved yet, by key; the value counts their changes
  let sending = false;
  let waits = 0;
  let timer = 0;

  const rowOf = (key) => document.getElementById(`row-${key}`);
  const waiting = () => (changed.size === 1 ? state.dataset.waitingOne : state.dataset.waitingMany.replace("%n", changed.size));

  const say = (text, look) => {
    state.hidden = false;
    state.classList.toggle("is-waiting", look === "waiting");
    const words = state.querySelector("[data-save-text]");
    if (words.textContent !== text) words.textContent = text;
  };

  // --- what to send ---

  const bodyOf = (keys) => {
    const all = new FormData(form);
    const body = new URLSearchParams({ do: "save" });
    body.set("csrfmiddlewaretoken", all.get("csrfmiddlewaretoken"));
    for (const key of keys) {
      for (const field of FIELDS) {
        const name = `${field}-${key}`;
        if (all.has(name)) body.set(name, all.get(name));
      }
    }
    return body;
  };

  const send = async () => {
    window.clearTimeout(timer);
    if (sending || changed.size === 0) return;
    if (!navigator.onLine) return say(waiting(), "waiting");
    sending = true;
    const sent = new Map(changed);
    say(state.dataset.saving, "saving");
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body: bodyOf(sent.keys()),
        headers: { Accept: "application/json" },
        credentials: "same-origin",
        redirect: "manual",
      });
      await take(answer, sent);
    } catch {
      tryAgain();
    } finally {
      sending = false;
    }
    if (changed.size > 0 && waits === 0) send();
  };

  const tryAgain = () => {
    waits += 1;
    say(waiting(), "waiting");
    timer = window.setTimeout(send, Math.min(1000 * 2 ** waits, LONGEST_WAIT));
  };

  const take = async (answer, sent) => {
    if (answer.status >= 500 || answer.status === 429) return tryAgain();
    waits = 0;
    if (answer.type === "opaqueredirect" || answer.status === 403) return giveUp(sent, state.dataset.signedOut);
    const said = await answer.json();
    if (answer.ok) {
      forget(sent);
      show(said);
      return say(changed.size > 0 ? state.dataset.saving : said.saved, "saved");
    }
    if (said.errors) return blame(said.errors, sent);
    giveUp(sent, said.detail || state.dataset.wrong);
  };

  const forget = (sent) => {
    for (const [key, count] of sent) {
      if (changed.get(key) === count) changed.delete(key);
    }
  };

  const giveUp = (sent, text) => {
    forget(sent);
    say(text, "waiting");
  };

  // What is wrong stands beside its row; the other rows go out again without it.
  const blame = (errors, sent) => {
    const wrong = Object.keys(errors).filter((key) => rowOf(key));
    if (wrong.length === 0) return giveUp(sent, state.dataset.wrong);
    for (const key of wrong) {
      const place = rowOf(key).querySelector("[data-roster-error]");
      place.textContent = errors[key].join(" ");
      place.hidden = false;
      if (changed.get(key) === sent.get(key)) changed.delete(key);
    }
    say(state.dataset.wrong, "waiting");
  };

  // --- what came back ---

  const show = (said) => {
    const fresh = document.createElement("div");
    fresh.innerHTML = said.html;
    form.elements.version.value = said.version;
    const head = form.querySelector("[data-roster-head]");
    const held = head.contains(document.activeElement);
    head.replaceChildren(...fresh.querySelector("[data-roster-head]").childNodes);
    if (held) head.focus({ preventScroll: true });
    for (const row of fresh.querySelectorAll("[data-roster-row]")) showRow(row);
    showBar(fresh.querySelector("[data-roster-bar-next]").content.querySelector("[data-roster-bar]"));
  };

  const showRow = (fresh) => {
    const row = document.getElementById(fresh.id);
    if (!row) return;
    const key = row.dataset.rosterRow;
    row.classList.toggle("is-awaited", fresh.classList.contains("is-awaited"));
    for (const part of [".roster-who .note", ".roster-times", ".roster-counted", ".roster-sum"]) {
      row.querySelector(part).innerHTML = fresh.querySelector(part).innerHTML;
    }
    if (changed.has(key) || row.contains(document.activeElement)) return;
    for (const input of row.querySelectorAll("input, select")) {
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

  // --- what people do ---

  const note = (key) => {
    changed.set(key, (changed.get(key) || 0) + 1);
    const error = rowOf(key).querySelector("[data-roster-error]");
    error.hidden = true;
    error.textContent = "";
    if (waits > 0 || !navigator.onLine) say(waiting(), "waiting");
    if (waits === 0 || navigator.onLine) send();
  };

  const tick = (key, value) => {
    const choice = rowOf(key).querySelector(`input[name="status-${key}"][value="${value}"]`);
    if (choice) choice.checked = true;
  };

  form.addEventListener("change", (event) => {
    const row = event.target.closest("[data-roster-row]");
    if (!row) return;
    const key = row.dataset.rosterRow;
    const said = row.querySelector(`input[name="status-${key}"]:checked`);
    if (event.target.type === "time" && event.target.value && !said) tick(key, "present");
    if (event.target.name === `excuse-${key}` && event.target.value && !said) tick(key, "excused");
    note(key);
  });

  const nowThere = () =>
    new Intl.DateTimeFormat("en-GB", { timeZone: form.dataset.zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date());

  form.addEventListener("click", (event) => {
    const stamp = event.target.closest("[data-now]");
    if (stamp) {
      const key = stamp.closest("[data-roster-row]").dataset.rosterRow;
      const field = form.elements[`${stamp.dataset.now}-${key}`];
      field.value = nowThere();
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    if (event.target.closest("[data-roster-all]")) {
      event.preventDefault();
      for (const row of form.querySelectorAll("[data-roster-row]")) {
        const key = row.dataset.rosterRow;
        if (row.querySelector(`input[name="status-${key}"]:checked`)) continue;
        tick(key, "present");
        changed.set(key, (changed.get(key) || 0) + 1);
      }
      if (!navigator.onLine) say(waiting(), "waiting");
      send();
    }
  });

  // "Go to Theo" brings the keyboard there too, and to a choice that is made with one key.
  document.addEventListener("click", (event) => {
    const go = event.target.closest("[data-roster-go]");
    if (!go) return;
    event.preventDefault();
    const row = rowOf(go.dataset.rosterGo);
    row.scrollIntoView({ block: "center" });
    row.querySelector("input").focus({ preventScroll: true });
  });

  // Enter in a field means this change, never the first button of the form.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault();
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // Signing takes along what is still unsaved, and nothing else: what somebody else marked meanwhile stays.
  let leaving = null;
  form.addEventListener("submit", () => {
    leaving = new Set(changed.keys());
    changed.clear();
  });
  form.addEventListener("formdata", (event) => {
    if (leaving === null) return;
    event.formData.delete("version");
    for (const row of form.querySelectorAll("[data-roster-row]")) {
      const key = row.dataset.rosterRow;
      for (const field of leaving.has(key) ? [] : FIELDS) event.formData.delete(`${field}-${key}`);
    }
  });
  window.addEventListener("pageshow", () => {
    leaving = null;
  });

  window.addEventListener("online", () => {
    waits = 0;
    send();
  });
  window.addEventListener("offline", () => {
    if (changed.size > 0) say(waiting(), "waiting");
  });
  window.addEventListener("beforeunload", (event) => {
    if (changed.size > 0) event.preventDefault();
  });

  for (const button of form.querySelectorAll("[data-now]")) button.hidden = false;
  for (const button of form.querySelectorAll("[data-no-script]")) button.hidden = true;
})();
