// What a roster has not saved yet. It is kept in the tab too, for this account and this session, until it is saved: a
// reload without a network, a tab that was put away and a sign-in that ended lose nothing. Ids, times and choices, no names.
(() => {
  "use strict";

  const place = document.querySelector("[data-unsaved]");
  if (!place) return;
  const form = document.querySelector("[data-roster]");
  const KEY = place.dataset.unsaved;

  const keyOf = (name) => name.slice(name.lastIndexOf("-") + 1);

  const read = () => {
    try {
      return JSON.parse(window.sessionStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  };

  const write = (kept) => {
    try {
      if (Object.keys(kept.fields).length > 0) window.sessionStorage.setItem(KEY, JSON.stringify(kept));
      else window.sessionStorage.removeItem(KEY);
    } catch {
      // A browser that keeps nothing: nothing is lost as long as the page stays open.
    }
  };

  // Somebody signed it meanwhile: what waited here cannot be saved any more. It is said whose it was, once.
  // What one's own signature took along is saved, even where its answer was lost.
  const letGo = () => {
    const { fields = {}, signing = {} } = read();
    const saved = "own" in place.dataset ? signing : {};
    const rows = new Set(Object.keys(fields).filter((name) => fields[name] !== saved[name]).map(keyOf));
    const names = [...rows].map((key) => document.getElementById(`name-${key}`)?.textContent).filter(Boolean);
    if (names.length > 0) place.querySelector("p").append(` ${names.join(", ")}`);
    place.hidden = names.length === 0;
    write({ fields: {} });
  };
  if (!form) return letGo();

  const changed = new Map(); // the fields that are not saved yet, by name; the value counts their changes
  const refused = new Map(); // by row: the fields that were sent back, which go out again with the row's next change
  let signing = {}; // what a signature took along, until it is answered
  let typing = null; // the field that is typed in, and what it said before

  const isField = (input) => /^[a-z]+-\d+$/.test(input.name);
  const isTyped = (input) => input === document.activeElement && input.type !== "radio" && input.type !== "checkbox";

  const valueOf = (name) => {
    const inputs = [...form.querySelectorAll(`[name="${name}"]`)];
    if (inputs.length === 0) return "";
    if (inputs[0].type === "radio") return inputs.find((one) => one.checked)?.value ?? "";
    if (inputs[0].type === "checkbox") return inputs[0].checked ? inputs[0].value : "";
    return inputs[0].value;
  };

  // Whether the field is there and may say so.
  const put = (name, value) => {
    const inputs = [...form.querySelectorAll(`[name="${name}"]`)];
    if (inputs.length === 0) return false;
    const before = valueOf(name);
    for (const input of inputs) {
      if (input.type === "radio") input.checked = input.value === value;
      else if (input.type === "checkbox") input.checked = value !== "";
      else input.value = value;
    }
    if (valueOf(name) === value) return true;
    return put(name, before) && false;
  };

  const keep = () => {
    const names = [...changed.keys(), ...[...refused.values()].flatMap((one) => [...one])];
    if (typing && valueOf(typing.name) !== typing.value) names.push(typing.name);
    write({ fields: Object.fromEntries(names.map((name) => [name, valueOf(name)])), signing });
  };

  const count = (...names) => {
    for (const name of names) {
      changed.set(name, (changed.get(name) || 0) + 1);
      if (typing?.name === name) typing.value = valueOf(name);
    }
    keep();
  };

  // What was sent is saved, or will never be; what was changed again since then still waits.
  const forget = (sent) => {
    for (const [name, times] of sent) {
      if (changed.get(name) === times) changed.delete(name);
    }
    signing = {};
    keep();
  };

  const refuse = (key, sent) => {
    const back = [...sent.keys()].filter((name) => keyOf(name) === key && changed.get(name) === sent.get(name));
    for (const name of back) changed.delete(name);
    refused.set(key, new Set([...(refused.get(key) ?? []), ...back]));
    keep();
  };

  // What was sent back for this row goes out again.
  const again = (key) => {
    const names = [...(refused.get(key) ?? [])];
    refused.delete(key);
    return names;
  };

  const drop = (key) => {
    refused.delete(key);
    for (const name of [...changed.keys()].filter((one) => keyOf(one) === key)) changed.delete(name);
    keep();
  };

  form.addEventListener("focusin", ({ target }) => {
    typing = isField(target) && isTyped(target) ? { name: target.name, value: target.value } : null;
  });
  form.addEventListener("focusout", () => {
    typing = null;
  });
  document.addEventListener("visibilitychange", keep);
  window.addEventListener("pagehide", keep);
  window.addEventListener("signed-out", (event) => {
    if (!KEY.startsWith(event.detail)) return;
    changed.clear();
    refused.clear();
    typing = null;
    keep();
  });

  window.rosterUnsaved = {
    changed,
    again,
    count,
    drop,
    forget,
    isField,
    keyOf,
    refuse,
    valueOf,
    isHeld: (input) => changed.has(input.name) || refused.get(keyOf(input.name))?.has(input.name) || isTyped(input),
    rows: () => new Set([...changed.keys()].map(keyOf)),
    sign: (sent) => {
      signing = Object.fromEntries([...sent.keys()].map((name) => [name, valueOf(name)]));
      keep();
    },
    restore: () => count(...Object.entries(read().fields ?? {}).filter(([name, value]) => put(name, value)).map(([name]) => name)),
  };
})();
