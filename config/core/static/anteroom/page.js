"use strict";

// A page that comes back with errors puts the reader at their summary; without JavaScript role=alert still names them.
document.querySelector("#error-summary")?.focus();

// What only works with JavaScript is hidden until there is some.
for (const part of document.querySelectorAll(".needs-js[hidden]")) part.hidden = false;

// Long passwords are easier to type when they can be read.
for (const field of document.querySelectorAll("input[type=password]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button button--quiet show-password";
  button.textContent = "Show password";
  button.setAttribute("aria-pressed", "false");
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    button.textContent = shown ? "Show password" : "Hide password";
  });
  field.after(button);
}
