"use strict";
// What the controls of one question say as JSON, how a stored answer is put into them, and how it reads in words.
window.Controls = (() => {
  const of = (box) => [...box.querySelectorAll("input:not([type=range]), select, textarea")].filter((one) => one.closest("[data-path]") === box);
  const isTicked = (one) => ["radio", "checkbox"].includes(one.type);
  const NUMBER = /^[-+]?\d+(\.\d+)?$/;

  const day = ([month, dayOfMonth, year]) => {
    if (!month && !dayOfMonth && !year) return null;
    if (!month || !dayOfMonth || !/^\d{4}$/.test(year || "")) return undefined;
    return `${year}-${month.padStart(2, "0")}-${dayOfMonth.padStart(2, "0")}`;
  };
  // As intake.html.lengths reads it: feet and inches, or centimeters.
  const length = (parts) => {
    const [feet, inches, centimeters] = parts.map((one) => one.value.trim());
    if (!feet && !inches) return centimeters === "" ? null : NUMBER.test(centimeters) ? { value: Number(centimeters), code: "cm" } : undefined;
    const isSound = /^\d*$/.test(feet) && (inches === "" || NUMBER.test(inches)) && !(feet && Number(inches) >= 12);
    return isSound && !centimeters ? { value: Number(feet) * 12 + Number(inches), code: "[in_i]" } : undefined;
  };
  const isLength = (box) => box.querySelector("[data-length]") !== null;
  const quantity = ([number, unit]) => {
    const text = number.value.trim();
    if (text === "") return null;
    return NUMBER.test(text) && unit ? { value: Number(text), code: unit.value } : undefined;
  };
  const choiceOrText = (controls, chosen) => {
    const other = controls[controls.length - 1].value.trim();
    if (chosen && chosen !== "_other") return chosen;
    return other ? { text: other } : chosen === "_other" ? undefined : null;
  };

  // Undefined while what stands there is no answer yet.
  const read = (box) => {
    const controls = of(box);
    const type = box.dataset.type;
    const checked = controls.filter((one) => one.checked).map((one) => one.value);
    const first = controls[0];
    if (!first || first.type === "file") return undefined;
    const text = isTicked(first) ? checked[0] || "" : first.value.trim();
    if (first.type === "checkbox") return checked;
    if ("repeats" in box.dataset) return text.split("\n").map((line) => line.trim()).filter(Boolean);
    if (type === "boolean") return { yes: true, no: false }[text] ?? null;
    if (type === "integer") return text === "" ? null : /^[-+]?\d{1,10}$/.test(text) ? Number(text) : undefined;
    if (type === "decimal") return text === "" ? null : NUMBER.test(text) ? Number(text) : undefined;
    if (type === "date") return day(controls.map((one) => one.value.trim()));
    if (type === "quantity") return isLength(box) ? length(controls) : quantity(controls);
    if (type === "open-choice") return choiceOrText(controls, text);
    return text === "" ? null : text;
  };

  const codeOf = (value) => (value && typeof value === "object" ? value.code : value);

  const write = (box, value) => {
    const controls = of(box);
    const first = controls[0];
    if (!first || first.type === "file") return;
    const codes = [].concat(value ?? []).map((one) => (one === true ? "yes" : one === false ? "no" : String(codeOf(one))));
    if (box.dataset.type === "date") {
      const [year, month, dayOfMonth] = (value || "").split("-").map((part) => part.replace(/^0+/, ""));
      [month, dayOfMonth, year].forEach((part, place) => { if (controls[place]) controls[place].value = part || ""; });
    } else if (isLength(box)) {
      const isInches = value && value.code === "[in_i]";
      const shown = isInches ? [Math.floor(value.value / 12), Number((value.value % 12).toFixed(2)), ""] : ["", "", value ? value.value : ""];
      shown.forEach((part, place) => { controls[place].value = String(part); });
    } else if (box.dataset.type === "quantity") {
      first.value = value ? String(value.value) : "";
      if (value && controls[1]) controls[1].value = value.code;
    } else if (isTicked(first)) {
      controls.filter(isTicked).forEach((one) => { one.checked = codes.includes(one.value); });
    } else {
      first.value = Array.isArray(value) ? value.join("\n") : value == null ? "" : String(codeOf(value));
    }
    if (box.dataset.type === "open-choice" && value != null) openChoice(controls, value, codes);
  };
  const openChoice = (controls, value, codes) => {
    const isOther = typeof value === "string" && !controls.some((one) => codes.includes(one.value));
    const other = controls.find((one) => one.value === "_other");
    if (isOther && other) other.checked = true;
    controls[controls.length - 1].value = isOther ? value : "";
  };

  const feetAndInches = (inches) => interpolate(
    gettext("%(feet)s ft %(inches)s in"), { feet: Math.floor(inches / 12), inches: Number((inches % 12).toFixed(2)) }, true,
  );
  const words = (box, value) => {
    if (value == null) return "";
    if (Array.isArray(value)) return value.map((one) => words(box, one)).join(", ");
    const code = value === true ? "yes" : value === false ? "no" : String(codeOf(value));
    const chosen = of(box).find((one) => isTicked(one) && one.value === code);
    if (chosen && chosen.labels.length) return chosen.labels[0].textContent.trim();
    if (value && typeof value === "object") {
      if (isLength(box) && value.code === "[in_i]") return feetAndInches(value.value);
      if ("value" in value) return `${value.value} ${value.unit || value.code || ""}`.trim();
      return value.text || value.display || value.title || code;
    }
    return code;
  };

  return { read, write, words };
})();
