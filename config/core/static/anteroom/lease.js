"use strict";
// Holds a case while somebody works on it, keeps the draft note as it is typed, and says at once when the case is gone.
// Without this file the buttons do the same. Nothing is renewed for a page that nobody touches.
(() => {
  const lease = document.querySelector("[data-lease]");
  if (!lease) return;
  const until = lease.querySelector("[data-lease-until]");
  const state = lease.querySelector("[data-lease-state]");
  const note = document.querySelector("#id_note-note");
  const fence = Number(lease.dataset.fence);
  const token = () => (document.cookie.match(/(?:^|; )(?:__Host-|__Secure-)?csrftoken=([^;]+)/) || [])[1]
    || document.querySelector("[name=csrfmiddlewaretoken]").value;
  let touched = false;
  let gone = false;
  let kept = note ? note.value : "";
  let timer = 0;

  const post = (address, body) => fetch(address, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(body),
  });
  const take = async (answer, done) => {
    const body = await answer.json();
    if (answer.ok) {
      until.textContent = new Date(body.lease_expires_at).toLocaleTimeString([], { hour: "numeric", minute: "2-digit", timeZoneName: "short" });
      state.textContent = done;
    } else if (answer.status === 409) {
      gone = true;
      state.textContent = body.held_by ? `You no longer hold this case: ${body.held_by} does now.` : "You no longer hold this case.";
    } else {
      state.textContent = "Not saved. Press the button to see why.";
    }
  };
  const work = async () => {
    if (gone) return;
    try {
      if (note && note.value !== kept && note.value.length <= 4000) {
        const typed = note.value;
        await take(await post(lease.dataset.note, { fence, note: typed }), "Note kept");
        if (!gone) kept = typed;
      } else if (touched) {
        await take(await post(lease.dataset.lease, { fence }), "");
      }
      touched = false;
    } catch {
      state.textContent = "The clinic cannot be reached. Trying again.";
    }
  };
  const soon = () => { window.clearTimeout(timer); timer = window.setTimeout(work, 2000); };

  note?.addEventListener("input", soon);
  for (const event of ["pointerdown", "keydown", "scroll"]) window.addEventListener(event, () => { touched = true; }, { passive: true });
  window.setInterval(work, 4 * 60000);
})();
