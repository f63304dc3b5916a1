"use strict";
// Keeps a part of a page fresh: it is fetched again every few seconds and put in place without a reload. Focus stays on
// what had it, the page does not move, and what is new is said politely, once. It stops with the person: a page that
// nobody touches must not keep its session awake, so that the automatic sign-out still comes.
(() => {
  const part = document.querySelector("[data-live]");
  if (!part) return;
  const state = document.querySelector("[data-live-state]");
  const news = document.querySelector("[data-live-news]");
  const EVERY = 10000;
  const AWAY = 8 * 60000;
  let touchedAt = Date.now();
  let timer = 0;
  let failures = 0;

  const seen = () => new Map([...part.querySelectorAll("[data-task]")].map((row) => [row.dataset.task, row.dataset.kind]));
  const count = (number, noun) => `${number} new ${noun} case${number === 1 ? "" : "s"}`;
  const said = (before, after) => {
    const fresh = [...after].filter(([task]) => !before.has(task)).map(([, kind]) => kind);
    const of = (kind) => fresh.filter((one) => one === kind).length;
    const urgent = [[of("emergency"), "emergency"], [of("urgent"), "urgent"]].filter(([number]) => number);
    if (urgent.length) return `${urgent.map(([number, noun]) => count(number, noun)).join(", ")}.`;
    return fresh.length ? `${count(fresh.length, "waiting")}.` : "";
  };

  const put = (html) => {
    const before = seen();
    const focused = part.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    part.innerHTML = html;
    if (focused) part.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    const words = said(before, seen());
    if (words) news.textContent = words;
  };

  const refresh = async () => {
    window.clearTimeout(timer);
    if (document.hidden) return;
    if (Date.now() - touchedAt > AWAY) {
      state.textContent = "Paused while you are away. Press any key to go on.";
      return;
    }
    try {
      const answer = await fetch(part.dataset.live, { credentials: "same-origin", redirect: "error" });
      if (!answer.ok) throw new Error(String(answer.status));
      put(await answer.text());
      failures = 0;
      state.textContent = `Updated ${new Date().toLocaleTimeString([], { hour: "numeric", minute: "2-digit", second: "2-digit" })}`;
    } catch {
      failures += 1;
      state.textContent = "Not up to date: the clinic cannot be reached, or you were signed out. Reload the page.";
    }
    timer = window.setTimeout(refresh, Math.min(EVERY * 2 ** failures, 120000));
  };

  const touched = () => {
    const wasAway = Date.now() - touchedAt > AWAY;
    touchedAt = Date.now();
    if (wasAway) refresh();
  };
  for (const event of ["pointerdown", "keydown", "scroll"]) window.addEventListener(event, touched, { passive: true });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { touchedAt = Date.now(); refresh(); } });
  // The time is said once; after that the line changes for the eye only, and the news speak.
  state.removeAttribute("role");
  timer = window.setTimeout(refresh, EVERY);
})();
