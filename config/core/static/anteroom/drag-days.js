// Dragging over days of one row opens the form of a change of hours with those days filled in.
// Without this, or by keyboard, the link "Change" of each day leads to the same form.
"use strict";
(() => {
  const table = document.querySelector("[data-drag-days]");
  if (!table || !window.PointerEvent) return;
  let first = null;
  let last = null;

  const cellAt = (event) => {
    const node = document.elementFromPoint(event.clientX, event.clientY);
    const cell = node && node.closest("td[data-day]");
    return cell && table.contains(cell) ? cell : null;
  };
  const range = () => {
    const cells = [...first.parentElement.querySelectorAll("td[data-day]")];
    const [from, to] = [cells.indexOf(first), cells.indexOf(last)].sort((one, other) => one - other);
    return cells.slice(from, to + 1);
  };
  const paint = () => {
    for (const cell of table.querySelectorAll(".is-dragged")) cell.classList.remove("is-dragged");
    if (first) for (const cell of range()) cell.classList.add("is-dragged");
  };
  const stop = () => {
    first = last = null;
    paint();
  };

  table.addEventListener("pointerdown", (event) => {
    const cell = cellAt(event);
    if (!cell || event.button !== 0 || event.pointerType === "touch" || event.target.closest("a")) return;
    event.preventDefault();
    first = last = cell;
    paint();
  });
  document.addEventListener("pointermove", (event) => {
    if (!first) return;
    const cell = cellAt(event);
    if (cell && cell.parentElement === first.parentElement) last = cell;
    paint();
  });
  document.addEventListener("pointerup", () => {
    if (!first) return;
    const cells = range();
    const address = new URL(table.dataset.dragDays, location.href);
    address.searchParams.set("practitioner", first.parentElement.dataset.practitioner);
    address.searchParams.set("day", cells[0].dataset.day);
    if (cells.length > 1) address.searchParams.set("until", cells.at(-1).dataset.day);
    const dragged = cells.length > 1;
    stop();
    if (dragged) location.assign(address);
  });
  document.addEventListener("pointercancel", stop);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") stop();
  });
})();
