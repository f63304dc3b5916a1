// Dragging over hours of one row opens the form of a change of hours with that day and those times filled in.
// Without this, or by keyboard, the link "Change" of each row leads to the same form.
"use strict";
(() => {
  const table = document.querySelector("[data-drag-hours]");
  if (!table || !window.PointerEvent) return;
  let first = null;
  let last = null;

  const halfAt = (event) => {
    const node = document.elementFromPoint(event.clientX, event.clientY);
    const half = node && node.closest("[data-minute]");
    return half && table.contains(half) ? half : null;
  };
  const range = () => {
    const halves = [...first.parentElement.querySelectorAll("[data-minute]")];
    const [from, to] = [halves.indexOf(first), halves.indexOf(last)].sort((one, other) => one - other);
    return halves.slice(from, to + 1);
  };
  const paint = () => {
    for (const half of table.querySelectorAll(".is-dragged")) half.classList.remove("is-dragged");
    if (first) for (const half of range()) half.classList.add("is-dragged");
  };
  const stop = () => {
    first = last = null;
    paint();
  };
  const clock = (minute) => [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":");

  table.addEventListener("pointerdown", (event) => {
    const half = halfAt(event);
    if (!half || event.button !== 0 || event.pointerType === "touch") return;
    event.preventDefault();
    first = last = half;
    paint();
  });
  document.addEventListener("pointermove", (event) => {
    if (!first) return;
    const half = halfAt(event);
    if (half && half.parentElement === first.parentElement) last = half;
    paint();
  });
  document.addEventListener("pointerup", () => {
    if (!first) return;
    const halves = range();
    const strip = first.parentElement;
    // Where all of it is open, it is to be taken off; where none or some of it is, hours are to be added.
    const isOpen = halves.every((half) => half.classList.contains("is-open"));
    stop();
    if (halves.length < 2) return;
    const address = new URL(table.dataset.dragHours, location.href);
    const words = {
      practitioner: strip.dataset.practitioner,
      day: strip.dataset.day,
      from: clock(Number(halves[0].dataset.minute)),
      to: clock(Number(halves.at(-1).dataset.minute) + 30),
      kind: isOpen ? "off" : "extra",
    };
    for (const [name, value] of Object.entries(words)) address.searchParams.set(name, value);
    location.assign(address);
  });
  document.addEventListener("pointercancel", stop);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") stop();
  });
})();
