"use strict";
// Small comforts of fields that work without them: how many characters are left, a length in one way, a slider.
(() => {
  const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text || "" });

  document.querySelectorAll("[data-count]").forEach((field) => {
    const most = Number(field.dataset.count);
    const told = make("p", "field__count");
    told.setAttribute("role", "status");
    const tell = () => {
      const left = most - field.value.length;
      const over = ngettext("%(count)s character too many", "%(count)s characters too many", -left);
      const open = ngettext("%(count)s character left", "%(count)s characters left", left);
      told.textContent = left > most / 2 ? "" : interpolate(left < 0 ? over : open, { count: Math.abs(left) }, true);
      told.classList.toggle("is-over", left < 0);
    };
    field.after(told);
    field.addEventListener("input", tell);
    tell();
  });

  // A length is said in one way: who types in the other one means that.
  document.querySelectorAll("[data-length]").forEach((box) => {
    const [feet, inches, centimeters] = box.querySelectorAll("input");
    const clear = (...others) => (event) => { if (event.target.value) others.forEach((one) => { one.value = ""; }); };
    [feet, inches].forEach((one) => one.addEventListener("input", clear(centimeters)));
    centimeters.addEventListener("input", clear(feet, inches));
  });

  document.querySelectorAll("[data-slider]").forEach((field) => {
    const [min, max, step] = field.dataset.slider.split(" ");
    const slider = Object.assign(make("input", "slider"), { type: "range", min, max, step });
    slider.setAttribute("aria-label", field.labels.length ? field.labels[0].textContent.trim() : "");
    // Nothing is answered until somebody moves it: it stands at its beginning, faint.
    const follow = () => {
      slider.value = field.value === "" ? min : field.value;
      slider.classList.toggle("is-open", field.value === "");
    };
    follow();
    const ends = make("div", "slider__ends");
    ends.append(make("span", "", min), make("span", "", max));
    const around = make("div", "slider__box");
    around.append(slider, ends);
    (field.closest(".with-unit") || field).before(around);
    slider.addEventListener("input", () => { field.value = slider.value; follow(); });
    slider.addEventListener("change", () => {
      field.value = slider.value;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
    field.addEventListener("input", follow);
  });
})();
