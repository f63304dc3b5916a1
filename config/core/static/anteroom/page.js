"use strict";

// The words of another language come before this file (core:script-words); in English each text stands for itself.
window.gettext ??= (text) => text;
window.ngettext ??= (one, many, count) => (count === 1 ? one : many);
window.interpolate ??= (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => String(values[name]));

// A page that comes back with errors puts the reader at their summary; without JavaScript role=alert still names them.
document.querySelector("#error-summary")?.focus();

// What only works with JavaScript is hidden until there is some.
for (const part of document.querySelectorAll(".needs-js[hidden]")) part.hidden = false;

// Long passwords are easier to type when they can be read.
for (const field of document.querySelectorAll("input[type=password]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--quiet show-password";
  button.textContent = gettext("Show password");
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    button.textContent = shown ? gettext("Show password") : gettext("Hide password");
  });
  field.after(button);
}
