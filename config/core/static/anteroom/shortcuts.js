"use strict";
// Single-key shortcuts for what a page already offers: data-shortcut="n" data-words="Take the next case". They act on no
// field that is being typed in, with no modifier, and can be switched off (WCAG 2.1.4).
(() => {
  const dialog = document.querySelector("#shortcuts");
  if (!dialog) return;
  const list = dialog.querySelector("[data-shortcuts-list]");
  const box = dialog.querySelector("[data-shortcuts-on]");
  const store = window.localStorage;
  box.checked = store.getItem("shortcuts") !== "off";
  box.addEventListener("change", () => store.setItem("shortcuts", box.checked ? "on" : "off"));

  const make = (tag, text) => Object.assign(document.createElement(tag), { textContent: text });
  for (const one of document.querySelectorAll("[data-shortcut]")) {
    const line = document.createElement("div");
    const term = document.createElement("dt");
    term.append(make("kbd", one.dataset.shortcut));
    line.append(term, make("dd", one.dataset.words));
    list.append(line);
  }

  const toggle = () => (dialog.open ? dialog.close() : dialog.showModal());
  document.querySelector("[data-shortcuts-open]")?.addEventListener("click", toggle);

  const walk = (step) => {
    const rows = [...document.querySelectorAll("[data-row]")];
    if (!rows.length) return;
    const now = rows.indexOf(document.activeElement);
    const next = now < 0 ? (step > 0 ? 0 : rows.length - 1) : now + step;
    rows[Math.max(0, Math.min(rows.length - 1, next))].focus();
  };
  const act = (one) => {
    if (one.matches("summary")) {
      one.parentElement.open = true;
      (one.parentElement.querySelector("textarea, input:not([type=hidden]), select, button") || one).focus();
    } else if (one.matches("textarea, input, select, [tabindex]")) {
      one.focus();
      one.scrollIntoView({ block: "center" });
    } else {
      one.click();
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")) return;
    if (event.key === "?") { event.preventDefault(); toggle(); return; }
    if (!box.checked || dialog.open) return;
    if (list.querySelector("kbd + kbd") && "jk".includes(event.key)) { event.preventDefault(); walk(event.key === "j" ? 1 : -1); return; }
    const one = document.querySelector(`[data-shortcut="${CSS.escape(event.key)}"]`);
    if (one) { event.preventDefault(); act(one); }
  });
})();
