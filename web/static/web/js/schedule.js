// The calendar of hours. A drag only asks: what it would do is shown first, and saved by the form that shows it.
(() => {
  "use strict";

  const place = document.getElementById("schedule-hours");
  const source = document.getElementById("schedule-data");
  if (!place || !source || !window.EventCalendar) return;
  const data = JSON.parse(source.textContent);
  const dialog = document.getElementById("schedule-dialog");
  const token = document.querySelector("#schedule-token [name=csrfmiddlewaretoken]").value;
  const words = place.dataset;
  const pad = (number) => String(number).padStart(2, "0");
  const dayOf = (date) => `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  const timeOf = (date) => `${pad(date.getHours())}:${pad(date.getMinutes())}`;
  // Seven columns on a telephone hold nothing that could be read: there it is a day.
  const alone = place.parentElement.clientWidth < 640 ? "timeGridDay" : "timeGridWeek";
  let by = "room";

  for (const note of document.querySelectorAll("[data-no-script]")) note.hidden = true;
  place.hidden = false;

  const eventsFor = () => data.events.map((one) => ({
    id: one.id,
    start: one.start,
    end: one.end,
    title: one.title,
    resourceIds: by === "room" ? [one.room] : one.counselors,
    editable: one.movable,
    classNames: one.lacking ? ["is-uncovered"] : [],
    extendedProps: one,
  }));

  // What a drag or a longer block asks for, as the session's own form would.
  const fieldsOf = (event, scope) => {
    const body = new URLSearchParams({ csrfmiddlewaretoken: token, do: "change", step: "preview", only: "moved", view: "hours", scope });
    body.set("on", dayOf(event.start));
    body.set("at", timeOf(event.start));
    body.set("duration_minutes", String(Math.round((event.end - event.start) / 60000)));
    const shown = event.resourceIds || [];
    if (calendar.getView().type === "resourceTimeGridDay" && shown.length) {
      const named = shown.filter((id) => id !== "none");
      if (by === "room" && shown[0] !== event.extendedProps.room) body.set("room", named[0] || "");
      if (by === "counselor" && String(shown) !== String(event.extendedProps.counselors)) {
        body.set("counselors_named", "1");
        for (const id of named) body.append("counselors", id);
      }
    }
    return body;
  };

  // The page that answers; an empty one where the network or the server has failed.
  const answer = async (address, body) => {
    let text = "";
    try {
      const response = await fetch(address, { method: "POST", body, headers: { "X-Requested-With": "drag" } });
      text = await response.text();
    } catch {
      text = "";
    }
    return new DOMParser().parseFromString(text, "text/html");
  };

  const ask = async (event, revert) => {
    let answered = false;
    const undo = () => {
      if (!answered) revert();
      answered = true;
      dialog.close();
    };
    const show = async (body) => {
      const page = await answer(`${words.address}${event.id}/`, body);
      const form = page.querySelector("form[data-preview]");
      dialog.replaceChildren(...(form ? [form] : [refusal(page)]));
      if (!dialog.open) dialog.showModal();
      dialog.querySelector("[data-never-mind]").addEventListener("click", (press) => {
        press.preventDefault();
        undo();
      });
      const again = dialog.querySelector("[data-look-again]");
      if (again) again.hidden = true;
      for (const radio of dialog.querySelectorAll("input[name=scope]")) {
        radio.addEventListener("change", () => show(fieldsOf(event, radio.value)));
      }
    };
    dialog.oncancel = (press) => {
      press.preventDefault();
      undo();
    };
    await show(fieldsOf(event, "this"));
  };

  // The session's own page came back instead: say what it says.
  const refusal = (page) => {
    const box = document.createElement("div");
    box.className = "stack";
    const said = [...page.querySelectorAll(".field-error span, .notice p")].map((one) => one.textContent);
    const text = document.createElement("p");
    text.id = "preview-answer";
    text.setAttribute("role", "alert");
    text.textContent = said.join(" ") || words.failed;
    const close = document.createElement("button");
    close.type = "button";
    close.className = "button button-soft";
    close.dataset.neverMind = "";
    close.textContent = "OK";
    box.append(text, close);
    return box;
  };

  const calendar = window.EventCalendar.create(place, {
    view: alone,
    date: alone === "timeGridDay" ? data.shown : data.first,
    validRange: { start: data.first, end: data.last },
    firstDay: 1,
    allDaySlot: false,
    slotMinTime: data.earliest < "06:00" ? data.earliest : "06:00",
    slotMaxTime: "24:00",
    scrollTime: data.earliest,
    slotDuration: "00:30",
    snapDuration: "00:15",
    locale: document.documentElement.lang,
    timeZone: data.offset,
    nowIndicator: false,
    dragScroll: true,
    editable: true,
    eventStartEditable: true,
    eventDurationEditable: true,
    longPressDelay: 400,
    headerToolbar: { start: "title", center: "", end: `${alone},byRoom,byCounselor prev,next` },
    buttonText: { timeGridWeek: words.week, timeGridDay: words.day, prev: words.previous, next: words.next, today: words.today },
    customButtons: {
      byRoom: { text: words.room, click: () => switchTo("room") },
      byCounselor: { text: words.counselor, click: () => switchTo("counselor") },
    },
    slotEventOverlap: false,
    resources: data.rooms,
    events: eventsFor(),
    eventContent: (info) => {
      const one = info.event.extendedProps;
      const box = document.createElement("div");
      box.className = "schedule-event";
      const link = document.createElement(one.url ? "a" : "span");
      if (one.url) link.href = one.url;
      link.textContent = info.timeText;
      const topic = document.createElement("span");
      topic.textContent = info.event.title;
      const who = document.createElement("span");
      who.textContent = `${one.who} · ${one.seats}`;
      box.append(link, topic, who);
      return { domNodes: [box] };
    },
    eventDrop: (info) => ask(info.event, info.revert),
    eventResize: (info) => ask(info.event, info.revert),
  });

  // The library names a table without rows; read out, it is what it is: blocks with links, and a list beside it.
  const roles = ["table", "rowgroup", "row", "columnheader", "rowheader", "cell"].map((role) => `[role=${role}]`).join();
  const plain = () => {
    for (const part of [place, ...place.querySelectorAll(roles)]) part.removeAttribute("role");
    for (const name of ["aria-colindex", "aria-colspan", "aria-rowindex", "aria-colcount", "aria-rowcount"]) {
      for (const part of [place, ...place.querySelectorAll(`[${name}]`)]) part.removeAttribute(name);
    }
  };
  plain();
  new MutationObserver(plain).observe(place, { childList: true, subtree: true });

  function switchTo(next) {
    by = next;
    calendar.setOption("resources", next === "room" ? data.rooms : data.counselors);
    calendar.setOption("events", eventsFor());
    calendar.setOption("view", "resourceTimeGridDay");
  }
})();
