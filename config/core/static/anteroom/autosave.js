"use strict";
// Saves answers as they are given. Without this file the page saves with its buttons; nothing here decides what is asked:
// the server's answer says which questions to show, and the pressed button posts the whole page all the same.
// What the server has not confirmed stays on the device (outbox.js) until it has.
(() => {
  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const state = form.querySelector("[data-save-state]");
  const address = form.dataset.autosave;
  const outbox = window.Outbox({ key: form.dataset.outboxKey, name: form.dataset.outboxName });
  const { read, write, words } = window.Controls;
  const session = window.sessionStorage;
  let clientId = session.getItem("client_id") || window.crypto.randomUUID();

  let revision = Number(form.elements.base_revision.value);
  let sending = null; // the save under way: sent again under the same sequence until it is answered
  let wait = 1000;
  let timer = 0;
  let outcome = ""; // of the last attempt: "", network, signed-out or closed
  const waiting = new Map(); // {path: value} not yet handed to a save
  const typing = new Map(); // {box: timer} of texts that are being written

  const nextSequence = () => {
    const next = Math.max(Date.now(), Number(session.getItem("sequence") || 0) + 1);
    session.setItem("sequence", String(next));
    return next;
  };
  // From the cookie, because signing in again in another tab gives a new one.
  const token = () => (document.cookie.match(/(?:^|; )(?:__Host-|__Secure-)?csrftoken=([^;]+)/) || [])[1]
    || form.elements.csrfmiddlewaretoken.value;
  const say = (text, link) => {
    state.textContent = text;
    if (link) state.append(" ", link);
  };
  const boxOf = (path) => [...form.querySelectorAll("[data-path][data-type]")].find((box) => box.dataset.path === path);
  const region = `${document.documentElement.lang.slice(0, 2)}-US`;
  const clock = (at) => new Date(at || Date.now()).toLocaleTimeString(region, { hour: "numeric", minute: "2-digit" });
  const fill = (text, values) => interpolate(text, values, true);
  const isPending = () => Boolean(sending) || waiting.size > 0;
  const keep = () => outbox.keep(clientId, isPending() ? { sending, waiting: [...waiting], revision } : null);

  const post = (save, { isLeaving = false } = {}) => fetch(address, {
    method: "POST",
    credentials: "same-origin",
    keepalive: isLeaving,
    headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(save),
  });

  const pack = () => {
    if (sending || !waiting.size) return;
    const answers = [...waiting].map(([link_id, value]) => ({ link_id, value }));
    waiting.clear();
    sending = { client_id: clientId, sequence: nextSequence(), base_revision: revision, answers };
  };

  const send = async () => {
    window.clearTimeout(timer);
    if (send.busy) return;
    send.busy = true;
    do {
      pack();
      if (!sending) break;
      say(gettext("Saving…"));
      outcome = "";
      await keep();
      const save = sending;
      try { await take(await post(save), save); } catch { later(); }
    } while (!outcome && isPending());
    send.busy = false;
    await keep();
  };

  // A save may be answered twice, when the tab was put away meanwhile: only the one under way counts.
  const take = async (answer, save) => {
    if (sending !== save) return;
    if ([401, 403, 404].includes(answer.status) || answer.redirected) {
      signedOut();
    } else if (answer.status === 429 || answer.status >= 500) {
      later();
    } else if (answer.status === 409) {
      outcome = "closed";
      sending = null;
      say(gettext("These answers were sent already and can no longer be changed."));
    } else if (answer.ok) {
      saved(await answer.json());
    } else {
      refused(await answer.json());
    }
  };

  const later = () => {
    outcome = "network";
    say(outbox.isSafe
      ? gettext("Not saved yet, trying again. Your answers are kept on this device.")
      : gettext("Not saved yet, trying again."));
    again();
  };
  const again = () => {
    timer = window.setTimeout(send, wait);
    wait = Math.min(wait * 2, 30000);
  };
  const signedOut = () => {
    outcome = "signed-out";
    const link = Object.assign(document.createElement("a"), { textContent: gettext("Sign in and go on") });
    link.href = `${form.dataset.signIn}?next=${encodeURIComponent(window.location.pathname)}`;
    say(outbox.isSafe
      ? gettext("Not saved: you were signed out. Your answers are kept on this device, locked, until you sign in again.")
      : gettext("Not saved: you were signed out. Leave this page open, sign in in another tab, then go on here."), link);
    again();
  };

  const saved = (body) => {
    sending = null;
    wait = 1000;
    revision = Math.max(revision, body.revision);
    show(new Set(body.enabled));
    body.elsewhere.filter((one) => !waiting.has(one.link_id)).forEach(changedElsewhere);
    body.conflicts.forEach(collided);
    window.showCrisis(body.crisis);
    window.showNotices(body.notices);
    say(body.conflicts.length
      ? gettext("One of your answers was changed on another device. Choose which one is right.")
      : fill(gettext("Saved %(time)s"), { time: clock() }));
  };

  // One answer of several is no answer to its question: the rest is sent again without it, the button will name it.
  const refused = (problem) => {
    const wrong = new Set((problem.errors || []).map((error) => error.field));
    const rest = sending.answers.filter((one) => !wrong.has(one.link_id));
    const dropped = sending.answers.length - rest.length;
    sending = null;
    if (dropped) rest.forEach((one) => { if (!waiting.has(one.link_id)) waiting.set(one.link_id, one.value); });
    say(dropped
      ? gettext("One answer is not saved yet: it does not fit its question.")
      : gettext("Not saved. Press the button below to see why."));
  };

  const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text || "" });

  const noteOf = (box) => (box.matches("tr") ? box.cells[0] : box).querySelector(":scope > .elsewhere");
  const note = (box, ...content) => {
    const place = noteOf(box) || make("div", "elsewhere");
    place.setAttribute("role", "status");
    place.replaceChildren(...content);
    (box.matches("tr") ? box.cells[0] : box).append(place);
    return place;
  };
  const changedElsewhere = (one) => {
    const box = boxOf(one.link_id);
    if (box) {
      write(box, one.value);
      note(box, make("p", "", fill(gettext("Changed on another device at %(time)s."), { time: clock(one.changed_at) })));
    } else if (one.link_id.includes("[") && form.querySelector(`[data-path^="${one.link_id.split("[")[0]}"]`)) {
      say(gettext("Something was added on another device. Load this page again to see it."));
    }
  };
  const collided = (one) => {
    const box = boxOf(one.link_id);
    if (!box) return;
    const theirs = words(box, one.theirs);
    const did = theirs
      ? gettext("On another device you answered “%(answer)s” at %(time)s.")
      : gettext("On another device you took this answer away at %(time)s.");
    const told = fill(did, { answer: theirs, time: clock(one.changed_at) });
    const empty = gettext("Leave it empty");
    const choose = (text, value) => {
      const button = make("button", "button button--secondary", text);
      button.type = "button";
      button.addEventListener("click", () => {
        write(box, value);
        noteOf(box).remove();
        waiting.set(one.link_id, value);
        send();
      });
      return button;
    };
    const actions = make("div", "row");
    actions.append(
      choose(one.yours == null ? empty : fill(gettext("Keep “%(answer)s”"), { answer: words(box, one.yours) }), one.yours),
      choose(theirs ? fill(gettext("Use “%(answer)s”"), { answer: theirs }) : empty, one.theirs),
    );
    note(box, make("p", "strong", told), actions).setAttribute("role", "alert");
  };

  const show = (enabled) => {
    form.querySelectorAll("[data-asked]").forEach((box) => { box.hidden = !enabled.has(box.dataset.asked); });
  };

  // What a closed tab of the same person left behind goes out first, under its own name; then the page shows the truth.
  const recover = async () => {
    const before = (await outbox.left()).filter(({ client }) => client === clientId || !alive.has(client));
    let found = 0;
    for (const { client, state: left } of before) {
      const open = new Map((left.sending ? left.sending.answers : []).map((one) => [one.link_id, one.value]));
      left.waiting.forEach(([path, value]) => open.set(path, value));
      if (left.sending && !(await settled(left.sending))) return;
      const answers = left.waiting.map(([link_id, value]) => ({ link_id, value }));
      const save = { client_id: client, sequence: Date.now(), base_revision: left.revision, answers };
      if (answers.length && !(await settled(save))) return;
      await outbox.keep(client, null);
      found += open.size;
    }
    if (recover.collided) {
      say(gettext("An answer that was kept on this device was changed on another one meanwhile. Check your answers before you send them."));
    } else if (found) {
      session.setItem("recovered", clock());
      window.location.reload();
      await new Promise(() => {}); // this page is over
    }
  };
  const settled = async (save) => {
    try {
      const answer = await post(save);
      if (!answer.ok) return [400, 409, 422].includes(answer.status);
      const body = await answer.json();
      body.conflicts.forEach(collided);
      recover.collided = recover.collided || body.conflicts.length > 0;
      revision = Math.max(revision, body.revision);
      return true;
    } catch { return false; }
  };

  // A tab that was duplicated must not speak in the name of the first one: the name is locked while its tab lives.
  const alive = new Set();
  const settleName = async () => {
    if (!navigator.locks) return;
    const held = (await navigator.locks.query()).held.map((lock) => lock.name);
    held.filter((name) => name.startsWith("anteroom.")).forEach((name) => alive.add(name.slice(9)));
    if (alive.has(clientId)) clientId = window.crypto.randomUUID();
    navigator.locks.request(`anteroom.${clientId}`, () => new Promise(() => {}));
  };

  const changed = (box) => {
    window.clearTimeout(typing.get(box));
    typing.delete(box);
    const value = read(box);
    if (value === undefined) return;
    waiting.set(box.dataset.path, value);
    send();
  };
  const boxAround = (event) => event.target.closest("[data-path][data-type]");

  form.addEventListener("change", (event) => { if (boxAround(event)) changed(boxAround(event)); });
  form.addEventListener("input", (event) => {
    const box = boxAround(event);
    if (!box || !event.target.matches("textarea, input:not([type=radio], [type=checkbox], [type=file])")) return;
    window.clearTimeout(typing.get(box));
    typing.set(box, window.setTimeout(() => changed(box), 900));
  });
  form.addEventListener("submit", async (event) => {
    if (form.dataset.leaving) return;
    event.preventDefault();
    const button = event.submitter;
    [...typing.keys()].forEach(changed);
    await send();
    for (let tries = 0; send.busy && tries < 100; tries += 1) await new Promise((go) => { window.setTimeout(go, 50); });
    if (outcome === "network" || outcome === "signed-out" || !navigator.onLine) {
      if (!outcome) say(gettext("You are offline. Your answers are saved; go on when you are online again."));
      state.scrollIntoView({ block: "center" });
      return;
    }
    form.elements.client_id.value = clientId;
    form.elements.base_revision.value = String(revision);
    form.elements.sequence.value = String(nextSequence());
    form.elements.csrfmiddlewaretoken.value = token();
    form.dataset.leaving = "yes";
    window.clearTimeout(timer);
    window.setTimeout(() => form.requestSubmit(button)); // a form that is being submitted cannot be submitted again
  });
  // A phone that puts the tab away may never wake it again: what was typed goes out now.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") { if (isPending()) send(); return; }
    typing.forEach((_, box) => { const value = read(box); if (value !== undefined) waiting.set(box.dataset.path, value); });
    pack();
    const save = sending;
    if (save && !form.dataset.leaving) post(save, { isLeaving: true }).then((answer) => take(answer, save), () => {});
    keep();
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
  window.addEventListener("online", send);
  window.addEventListener("beforeunload", (event) => {
    if (isPending() && !outbox.isSafe && !form.dataset.leaving) event.preventDefault();
  });

  settleName().then(recover).then(() => {
    session.setItem("client_id", clientId);
    const at = session.getItem("recovered");
    session.removeItem("recovered");
    if (at) say(fill(gettext("Answers that were kept on this device were saved %(time)s"), { time: at }));
    form.dataset.ready = "yes";
  });
})();
