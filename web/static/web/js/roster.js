// A roster that saves itself: each change is sent on its own, tried again until it arrives, and shown as saved.
// What waits is kept by roster_unsaved.js; what comes back, and what somebody else changed, is shown by roster_rows.js.
// Without these scripts the page's form and its Save button do the same work at once.
(() => {
  "use strict";

  const form = document.querySelector("[data-roster]");
  const state = document.getElementById("save-state");
  const unsaved = window.rosterUnsaved;
  if (!form || !state || !unsaved) return;

  const LONGEST_WAIT = 30_000;
  const KEYS_PAUSE = 600; // arrow keys pass over choices on their way: what they come to is sent, not what they pass
  const { changed, keyOf, valueOf } = unsaved;
  const words = state.dataset;
  let sending = false;
  let waits = 0;
  let timer = 0;
  let arrowed = false;
  let signedOut = false;
  let leaving = false;

  const rowOf = (key) => document.getElementById(`row-${key}`);

  // --- how it stands ---

  const counted = (one, many) => {
    const rows = unsaved.rows().size;
    return rows === 1 ? one : many.replace("%n", rows);
  };

  const waiting = () => counted(words.waitingOne, words.waitingMany);

  // Spoken once: not while it is on its way, nor again by every attempt. `details` are for those alone who cannot see them.
  const say = (text, look, details = "") => {
    const [shown, pending] = ["[data-save-text]", "[data-save-pending]"].map((part) => state.querySelector(part));
    if (look === "saving" && state.classList.contains("is-saved")) shown.textContent = "";
    state.className = `save-state is-${look}`;
    state.querySelector("[data-sign-in]").hidden = !signedOut;
    pending.hidden = look !== "saving";
    if (look === "saving" || shown.textContent === text + details) return;
    const more = document.createElement("span");
    more.className = "visually-hidden";
    more.textContent = details;
    shown.replaceChildren(text, ...(details ? [more] : []));
  };

  // --- what to send ---

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
    if (sending) return;
    if (changed.size === 0) return rest();
    if (!navigator.onLine) return say(waiting(), "waiting");
    sending = true;
    signedOut = false;
    const sent = new Map(changed);
    say("", "saving");
    try {
      await take(await post("save", sent), sent);
    } catch {
      tryAgain();
    } finally {
      sending = false;
    }
    if (changed.size > 0 && waits === 0 && !signedOut) send();
  };

  // Nothing waits any more: whoever it was said of has left the roster.
  const rest = () => {
    if (waits === 0) return;
    waits = 0;
    say("", "at-rest");
  };

  const tryAgain = () => {
    waits += 1;
    say(waiting(), "waiting");
    timer = window.setTimeout(send, Math.min(1000 * 2 ** waits, LONGEST_WAIT));
  };

  const take = async (answer, sent) => {
    if (isAway(answer)) return tryAgain();
    waits = 0;
    if (hasEnded(answer)) return signInAgain();
    const back = await answer.json();
    if (answer.ok) {
      unsaved.forget(sent);
      show(back);
      return say(back.saved, changed.size > 0 ? "saving" : "saved");
    }
    if (back.errors) return blame(back.errors, sent);
    if (back.code === "roster_signed") return leave(); // the page that follows says what could not be saved
    giveUp(sent, back.detail || words.wrong);
  };

  const isAway = (answer) => answer.status >= 500 || answer.status === 429;
  const hasEnded = (answer) => answer.type === "opaqueredirect" || answer.status === 403;

  const show = (back) => form.dispatchEvent(new CustomEvent("roster:fresh", { detail: back }));

  const giveUp = (sent, text) => {
    unsaved.forget(sent);
    say(text, "waiting");
  };

  // Whoever signs in again meets this page, and on it what waited.
  const signInAgain = () => {
    signedOut = true;
    say(changed.size > 0 ? counted(words.keptOne, words.keptMany) : words.keptNone, "waiting");
  };

  const leave = () => {
    leaving = true;
    window.location.reload();
  };

  // What is wrong stands beside its row; the other rows go out again without it.
  const blame = (errors, sent) => {
    const wrong = Object.keys(errors).filter((key) => rowOf(key));
    if (wrong.length === 0) return giveUp(sent, words.wrong);
    for (const key of wrong) {
      const place = rowOf(key).querySelector("[data-roster-error]");
      place.textContent = errors[key].join(" ");
      place.hidden = false;
      rowOf(key).querySelector("details").open = true;
      unsaved.refuse(key, sent);
    }
    const why = wrong.map((key) => `${document.getElementById(`name-${key}`).textContent}: ${errors[key].join(" ")}`);
    say(words.wrong, "waiting", ` ${why.join(" ")}`);
  };

  // --- what people do ---

  const note = (names) => {
    const key = keyOf(names[0]);
    unsaved.count(...names, ...unsaved.again(key));
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
    if (!unsaved.isField(event.target)) return;
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
      const open = [...form.querySelectorAll("[data-roster-row]")].map((row) => row.dataset.rosterRow).filter((key) => !valueOf(`status-${key}`));
      for (const key of open) tick(key, "present");
      unsaved.count(...open.map((key) => `status-${key}`));
      if (!navigator.onLine) say(waiting(), "waiting");
      send();
    }
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
    unsaved.sign(sent);
    say("", "saving");
    try {
      const answer = await post("sign", sent);
      if (isAway(answer)) throw new Error("no answer");
      if (hasEnded(answer)) return signInAgain();
      const back = await answer.json();
      if (back.errors) return blame(back.errors, sent);
      if (back.code !== "roster_signed") unsaved.forget(sent);
      if (answer.ok && changed.size > 0) return send();
      window.history.scrollRestoration = "manual"; // signed, or why not: the page says it at its top
      leave();
    } catch {
      say(changed.size > 0 ? waiting() : words.unsigned, "waiting");
      document.querySelector("section[data-roster-bar] strong").textContent = words.unsigned;
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
  state.querySelector("[data-sign-in]").addEventListener("click", () => {
    leaving = true;
  });
  form.addEventListener("roster:signed", leave);
  window.addEventListener("beforeunload", (event) => {
    if (changed.size > 0 && !leaving) event.preventDefault();
  });

  unsaved.restore();
  send();
})();
