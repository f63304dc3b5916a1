"use strict";
// Saves answers as they are given. Without this file the page saves with its buttons; nothing here decides what is asked:
// the server's answer says which questions to show, and the pressed button posts the whole page all the same.
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const state = form.querySelector("[data-save-state]");
  const address = form.dataset.autosave;
  const store = window.sessionStorage;
  const clientId = store.getItem("client_id") || window.crypto.randomUUID();
  store.setItem("client_id", clientId);

  let revision = Number(form.elements.base_revision.value);
  let sending = null; // the save under way: sent again under the same sequence until it is answered
  let wait = 1000;
  let timer = 0;
  const waiting = new Map(); // {path: value} not yet handed to a save

  const nextSequence = () => {
    const next = Math.max(Date.now(), Number(store.getItem("sequence") || 0) + 1);
    store.setItem("sequence", String(next));
    return next;
  };
  // From the cookie, because signing in again in another tab gives a new one.
  const token = () => (document.cookie.match(/(?:^|; )(?:__Host-|__Secure-)?csrftoken=([^;]+)/) || [])[1]
    || form.elements.csrfmiddlewaretoken.value;
  const say = (text) => { state.textContent = text; };

  // What the controls of one question say, as JSON; undefined while it is no answer yet.
  const read = (box) => {
    const controls = [...box.querySelectorAll("input, select, textarea")].filter((one) => one.closest("[data-path]") === box);
    const type = box.dataset.type;
    const repeats = "repeats" in box.dataset;
    const checked = controls.filter((one) => one.checked).map((one) => one.value);
    const first = controls[0];
    const text = first && !["radio", "checkbox"].includes(first.type) ? first.value.trim() : checked[0] || "";
    if (first && first.type === "checkbox") return checked;
    if (repeats) return text.split("\n").map((line) => line.trim()).filter(Boolean);
    if (type === "boolean") return { yes: true, no: false }[text] ?? null;
    if (type === "integer") return text === "" ? null : /^[-+]?\d{1,10}$/.test(text) ? Number(text) : undefined;
    if (type === "decimal") return text === "" ? null : /^[-+]?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
    if (type === "date") return day(controls.map((one) => one.value.trim()));
    if (type === "quantity") return quantity(controls);
    if (type === "open-choice") return choiceOrText(controls, text);
    return text === "" ? null : text;
  };
  const day = ([month, dayOfMonth, year]) => {
    if (!month && !dayOfMonth && !year) return null;
    if (!month || !dayOfMonth || !/^\d{4}$/.test(year || "")) return undefined;
    return `${year}-${month.padStart(2, "0")}-${dayOfMonth.padStart(2, "0")}`;
  };
  const quantity = ([number, unit]) => {
    const text = number.value.trim();
    if (text === "") return null;
    return /^[-+]?\d+(\.\d+)?$/.test(text) && unit ? { value: Number(text), code: unit.value } : undefined;
  };
  const choiceOrText = (controls, chosen) => {
    const other = controls[controls.length - 1].value.trim();
    if (chosen && chosen !== "_other") return chosen;
    return other ? { text: other } : chosen === "_other" ? undefined : null;
  };

  const send = async () => {
    window.clearTimeout(timer);
    if (!sending && waiting.size) {
      const answers = [...waiting].map(([link_id, value]) => ({ link_id, value }));
      waiting.clear();
      sending = { client_id: clientId, sequence: nextSequence(), base_revision: revision, answers };
    }
    if (!sending || send.busy) return;
    send.busy = true;
    say("Saving…");
    try {
      const answer = await fetch(address, {
        method: "POST",
        credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
        body: JSON.stringify(sending),
      });
      await take(answer);
    } catch {
      later();
    }
    send.busy = false;
    if (!sending && waiting.size) send();
  };

  const take = async (answer) => {
    if (answer.status === 401 || answer.status === 403) {
      say("Not saved: please sign in again. Leave this page open, sign in in another tab, then go on here.");
      later({ quiet: true });
    } else if (answer.status === 429 || answer.status >= 500) {
      later();
    } else if (answer.status === 409) {
      sending = null;
      say("These answers were sent already and can no longer be changed.");
    } else if (answer.ok) {
      saved(await answer.json());
    } else {
      refused(await answer.json());
    }
  };

  const later = ({ quiet = false } = {}) => {
    if (!quiet) say("Not saved yet, trying again.");
    timer = window.setTimeout(send, wait);
    wait = Math.min(wait * 2, 30000);
  };

  const saved = (body) => {
    sending = null;
    wait = 1000;
    revision = Math.max(revision, body.revision);
    show(new Set(body.enabled));
    crisis(body.crisis);
    const time = new Date().toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
    say(body.conflicts.length
      ? "You changed one of these answers somewhere else meanwhile. Load this page again to see it, or answer again to keep yours."
      : `Saved ${time}`);
  };

  // One answer of several is no answer to its question: the rest is sent again without it, the button will name it.
  const refused = (problem) => {
    const wrong = new Set((problem.errors || []).map((error) => error.field));
    const rest = sending.answers.filter((one) => !wrong.has(one.link_id));
    const dropped = sending.answers.length - rest.length;
    sending = null;
    if (dropped) rest.forEach((one) => { if (!waiting.has(one.link_id)) waiting.set(one.link_id, one.value); });
    say(dropped ? "One answer is not saved yet: it does not fit its question." : "Not saved. Press the button below to see why.");
  };

  const show = (enabled) => {
    form.querySelectorAll("[data-asked]").forEach((box) => { box.hidden = !enabled.has(box.dataset.asked); });
  };

  const crisis = (words) => {
    const place = document.querySelector("#crisis-place");
    const present = place.querySelector(".crisis");
    if (!words && present) present.remove();
    if (!words || present) return;
    const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text || "" });
    const panel = make("section", "crisis");
    panel.setAttribute("role", "alert");
    panel.append(make("h2", "", words.title), make("p", "", words.text));
    const ways = make("ul", "crisis__ways");
    words.ways.forEach((way, index) => {
      const link = make("a", index ? "crisis__way" : "crisis__way crisis__way--first");
      link.href = way.href;
      link.rel = "noopener noreferrer";
      const both = document.createElement("span");
      both.append(make("strong", "", way.label), ` ${way.detail}`);
      link.append(both);
      const entry = document.createElement("li");
      entry.append(link);
      ways.append(entry);
    });
    panel.append(ways, make("p", "small", words.after));
    place.append(panel);
    panel.scrollIntoView({ block: "start" });
  };

  form.addEventListener("change", (event) => {
    const box = event.target.closest("[data-path][data-type]");
    if (!box) return;
    const value = read(box);
    if (value === undefined) return;
    waiting.set(box.dataset.path, value);
    send();
  });
  form.addEventListener("submit", () => {
    form.elements.client_id.value = clientId;
    form.elements.base_revision.value = String(revision);
    form.elements.sequence.value = String(nextSequence());
    form.elements.csrfmiddlewaretoken.value = token();
    form.dataset.leaving = "yes";
    window.clearTimeout(timer);
  });
  window.addEventListener("online", send);
  window.addEventListener("beforeunload", (event) => {
    if ((sending || waiting.size) && !event.defaultPrevented && !form.dataset.leaving) event.preventDefault();
  });
})();
