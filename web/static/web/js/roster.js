// A roster that saves itself: each change is sent on its own, tried again until it arrives, and shown as saved.
// What somebody else changed meanwhile comes back with each answer, and from roster_live.js.
// Without this script the page's form and its Save button do the same work at once.
(() => {
  "use strict";

  const form = document.querySelector("[data-roster]");
  const state = document.getElementById("save-state");
  if (!form || !state) return;

  const LONGEST_WAIT = 30_000;
  const KEYS_PAUSE = 600; // arrow keys pass over choices on their way: what they come to is sent, not what they pass
  const changed = new Map(); // the fields that are not saved yet, by name; the value counts their changes
  const refused = new Map(); // by row: the fields that were sent back, which go out again with the row's next change
  let sending = false;
  let waits = 0;
  let timer = 0;
  let arrowed = false;

  const keyOf = (name) => name.slice(name.lastIndexOf("-") + 1);
  const rowOf = (key) => document.getElementById(`row-${key}`);
  const isField = (input) => /^[a-z]+-\d+$/.test(input.name);

  const waiting = () => {
    const rows = new Set([...changed.keys()].map(keyOf));
    return rows.size === 1 ? state.dataset.waitingOne : state.dataset.waitingMany.replace("%n", rows.size);
  };

  const say = (text, look) => {
    state.hidden = false;
    state.classList.toggle("is-waiting", look === "waiting");
    const words = state.querySelector("[data-save-text]");
    if (words.textContent !== text) words.textContent = text;
  };

  // --- what to send ---

  const valueOf = (name) => {
    const inputs = [...form.querySelectorAll(`[name="${name}"]`)];
    if (inputs[0].type === "radio") return inputs.find((one) => one.checked)?.value ?? "";
    if (inputs[0].type === "checkbox") return inputs[0].checked ? inputs[0].value : "";
    return inputs[0].value;
  };

  const post = (what, names) => {
    const body = new URLSearchParams({ do: what, csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value });
    for (const name of names.keys()) body.set(name, valueOf(name));
    return fetch(form.action, {
      method: "POST",
      body,
      headers: { Accept: "application/json" },
      credentials: "same-origin",
      redirect: "manual",
    });
  };

  const send = async () => {
    window.clearTimeout(timer);
    if (sending || changed.size === 0) return;
    if (!navigator.onLine) return say(waiting(), "waiting");
    sending = true;
    const sent = new Map(changed);
    say(state.dataset.saving, "saving");
    try {
      await take(await post("save", sent), sent);
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
    for (const [name, count] of sent) {
      if (changed.get(name) === count) changed.delete(name);
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
      const back = [...sent.keys()].filter((name) => keyOf(name) === key && changed.get(name) === sent.get(name));
      for (const name of back) changed.delete(name);
      refused.set(key, new Set([...(refused.get(key) ?? []), ...back]));
    }
    say(state.dataset.wrong, "waiting");
  };

  // --- what came back ---

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
    for (const row of [...list.children]) if (!ids.has(row.id)) row.remove();
    rows.forEach((fresh, position) => {
      const row = document.getElementById(fresh.id);
      if (row && form.contains(row)) return showRow(row, fresh);
      list.insertBefore(fresh, list.children[position] ?? null);
      ready(fresh);
    });
  };

  const showRow = (row, fresh) => {
    row.classList.toggle("is-awaited", fresh.classList.contains("is-awaited"));
    row.dataset.stamp = fresh.dataset.stamp;
    for (const part of [".roster-who .note", ".roster-changed", ".roster-times", ".roster-counted", ".roster-sum", ".roster-move"]) {
      row.querySelector(part).innerHTML = fresh.querySelector(part).innerHTML;
    }
    const kept = refused.get(row.dataset.rosterRow);
    for (const input of row.querySelectorAll("input, select")) {
      if (changed.has(input.name) || kept?.has(input.name) || isTyped(input)) continue;
      const same = fresh.querySelector(input.type === "radio" ? `input[name="${input.name}"][value="${input.value}"]` : `[name="${input.name}"]`);
      if (!same) continue;
      if (input.type === "radio" || input.type === "checkbox") input.checked = same.checked;
      else input.value = same.value;
    }
  };

  const isTyped = (input) => input === document.activeElement && input.type !== "radio" && input.type !== "checkbox";

  const showBar = (fresh) => {
    const bar = document.querySelector("section[data-roster-bar]");
    const held = bar.contains(document.activeElement);
    bar.replaceChildren(...fresh.childNodes);
    bar.hidden = fresh.hidden;
    if (held) bar.querySelector(".button-primary, .button").focus({ preventScroll: true });
  };

  form.addEventListener("roster:fresh", (event) => show(event.detail));

  // --- what people do ---

  const count = (name) => changed.set(name, (changed.get(name) || 0) + 1);

  const note = (names) => {
    const key = keyOf(names[0]);
    for (const name of [...names, ...(refused.get(key) ?? [])]) count(name);
    refused.delete(key);
    const row = rowOf(key);
    row.classList.remove("is-fresh");
    const error = row.querySelector("[data-roster-error]");
    error.hidden = true;
    error.textContent = "";
    if (waits > 0 || !navigator.onLine) say(waiting(), "waiting");
    if (waits > 0 && !navigator.onLine) return;
    if (!arrowed || waits > 0) return send();
    window.clearTimeout(timer);
    timer = window.setTimeout(send, KEYS_PAUSE);
  };

  const tick = (key, value) => {
    const choice = rowOf(key).querySelector(`input[name="status-${key}"][value="${value}"]`);
    if (choice) choice.checked = true;
  };

  form.addEventListener("change", (event) => {
    if (!isField(event.target)) return;
    const name = event.target.name;
    const key = keyOf(name);
    const names = [name];
    if (!valueOf(`status-${key}`) && event.target.value) {
      if (event.target.type === "time") tick(key, "present");
      if (name === `excuse-${key}`) tick(key, "excused");
      if (valueOf(`status-${key}`)) names.push(`status-${key}`);
    }
    note(names);
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
        if (valueOf(`status-${key}`)) continue;
        tick(key, "present");
        count(`status-${key}`);
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

  form.addEventListener("pointerdown", () => {
    arrowed = false;
  });

  // Enter in a field means this change, never the first button of the form.
  form.addEventListener("keydown", (event) => {
    arrowed = event.key.startsWith("Arrow") && event.target.type === "radio";
    if (event.key !== "Enter" || !event.target.matches("input")) return;
    event.preventDefault();
    event.target.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // Signing takes along what is still unsaved, and nothing else: what somebody else marked meanwhile stays. Without an
  // answer nothing is lost: the page stays as it is, says so above the button, and the changes go on waiting.
  let signing = false;
  const sign = async () => {
    if (signing) return;
    signing = true;
    window.clearTimeout(timer);
    const sent = new Map(changed);
    say(state.dataset.saving, "saving");
    try {
      const answer = await post("sign", sent);
      if (answer.status >= 500 || answer.status === 429) throw new Error("no answer");
      if (answer.type === "opaqueredirect" || answer.status === 403) return giveUp(sent, state.dataset.signedOut);
      const said = await answer.json();
      if (said.errors) return blame(said.errors, sent);
      forget(sent);
      if (changed.size > 0) return send();
      window.history.scrollRestoration = "manual"; // signed, or why not: the page says it at its top
      window.location.reload();
    } catch {
      say(changed.size > 0 ? waiting() : state.dataset.unsigned, "waiting");
      document.querySelector("section[data-roster-bar] strong").textContent = state.dataset.unsigned;
      if (changed.size > 0) tryAgain();
    } finally {
      signing = false;
    }
  };
  form.addEventListener("submit", (event) => {
    if (event.submitter?.value !== "sign") return;
    event.preventDefault();
    sign();
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

  const ready = (part) => {
    for (const button of part.querySelectorAll("[data-now]")) button.hidden = false;
  };
  ready(form);
  for (const button of form.querySelectorAll("[data-no-script]")) button.hidden = true;
})();
