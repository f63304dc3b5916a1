"use strict";
// What a safety rule says to the patient, beside the questions that it speaks of; gone when they no longer say so.
window.showNotices = (told) => {
  const place = document.querySelector("#notices-place");
  const asked = new Set([...document.querySelectorAll("[data-path]")].map((box) => box.dataset.path.split("/").pop().split("[")[0]));
  const texts = told.filter((one) => one.questions.some((name) => asked.has(name))).map((one) => one.text);
  const textOf = (alert) => alert.querySelector("p").textContent;
  for (const alert of [...place.children]) if (!texts.includes(textOf(alert))) alert.remove();
  const shown = [...place.children].map(textOf);
  for (const text of texts.filter((one) => !shown.includes(one))) {
    const alert = document.querySelector("#notice").content.firstElementChild.cloneNode(true);
    alert.querySelector("p").textContent = text;
    place.append(alert);
  }
};
