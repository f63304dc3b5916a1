// Dragging over days or hours of one row opens the form of a change of hours with what was dragged over filled in.
// Without this, or by keyboard, the link "Change" of each row or day leads to the same form.
"use strict";
(() => {
  // Lets somebody drag over the cells of one row; `words` says what the form is told of them, from the second cell on.
  const drag = (table, selector, action, words) => {
    let first = null;
    let last = null;

    const cellAt = (event) => {
      const node = document.elementFromPoint(event.clientX, event.clientY);
      const cell = node && node.closest(selector);
      return cell && table.contains(cell) ? cell : null;
    };
    const range = () => {
      const cells = [...first.parentElement.querySelectorAll(selector)];
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
      const [cells, row] = [range(), first.parentElement];
      stop();
      if (cells.length < 2) return;
      const address = new URL(action, location.href);
      const told = { practitioner: row.dataset.practitioner, ...words(cells, row) };
      for (const [name, value] of Object.entries(told)) address.searchParams.set(name, value);
      location.assign(address);
    });
    document.addEventListener("pointercancel", stop);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") stop();
    });
  };

  if (!window.PointerEvent) return;
  for (const table of document.querySelectorAll("[data-drag-days]")) {
    drag(table, "td[data-day]", table.dataset.dragDays, (days) => ({
      day: days[0].dataset.day, until: days.at(-1).dataset.day,
    }));
  }
  const clock = (minute) => [Math.floor(minute / 60), minute % 60].map((part) => String(part).padStart(2, "0")).join(":");
  for (const table of document.querySelectorAll("[data-drag-hours]")) {
    drag(table, "[data-minute]", table.dataset.dragHours, (halves, strip) => ({
      day: strip.dataset.day,
      from: clock(Number(halves[0].dataset.minute)),
      to: clock(Number(halves.at(-1).dataset.minute) + 30),
      // Where all of it is open, it is to be taken off; where none or some of it is, hours are to be added.
      kind: halves.every((half) => half.classList.contains("is-open")) ? "off" : "extra",
    }));
  }
})();
