// Small comforts that every page shares. Nothing here is needed: each page works without it.
(() => {
  "use strict";

  // Leaving quickly also takes this page out of the way back.
  document.addEventListener("click", (event) => {
    const exit = event.target.closest("[data-quick-exit]");
    if (!exit) return;
    event.preventDefault();
    document.body.hidden = true;
    window.location.replace(exit.href);
  });

  // After something was done, the keyboard is already on the way back to before it.
  const offerUndo = (root) => {
    const undo = root.querySelector("[data-undo] button");
    if (undo && (document.activeElement === document.body || document.activeElement === null)) undo.focus({ preventScroll: true });
  };
  offerUndo(document);
  document.addEventListener("htmx:oobAfterSwap", (event) => offerUndo(event.target));

  // A form that came back: the keyboard is at the first field that is wrong, which says why; a fold round it opens.
  const wrong = document.querySelector("main [aria-invalid=true]");
  if (wrong) {
    for (let fold = wrong.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    wrong.focus();
  }

  // A fold that lies over the page closes by Escape, or when something else is pressed.
  const dismiss = (except) => {
    for (const fold of document.querySelectorAll("details[data-dismiss][open]")) {
      if (fold !== except) fold.open = false;
    }
  };
  document.addEventListener("click", (event) => dismiss(event.target.closest("details[data-dismiss]")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const fold = document.querySelector("details[data-dismiss][open]");
    if (!fold) return;
    fold.open = false;
    fold.querySelector("summary").focus();
  });

  // A form that is on its way is not sent a second time (a file may be fetched again); a page brought back from the cache is fresh again.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.method !== "post" || "download" in event.target.dataset) return;
    if (event.target.dataset.sent) event.preventDefault();
    else event.target.dataset.sent = "yes";
  });

  // What a page keeps in the tab until it is saved goes with the account that signs out on purpose: in every tab, once it is out.
  const signedOut = window.BroadcastChannel ? new BroadcastChannel("signed-out") : null;
  const letGo = (account) => {
    for (const name of Object.keys(window.sessionStorage)) if (name.startsWith(account)) window.sessionStorage.removeItem(name);
    window.dispatchEvent(new CustomEvent("signed-out", { detail: account }));
  };
  signedOut?.addEventListener("message", (event) => letGo(event.data));
  try {
    const leaving = window.sessionStorage.getItem("signing-out");
    window.sessionStorage.removeItem("signing-out");
    if (leaving && document.body.classList.contains("shell-plain")) {
      letGo(leaving);
      signedOut?.postMessage(leaving);
    }
    document.addEventListener("submit", (event) => {
      if (event.target.dataset.signOut) window.sessionStorage.setItem("signing-out", event.target.dataset.signOut);
    });
  } catch {
    // A browser that keeps nothing has nothing to let go.
  }

  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
