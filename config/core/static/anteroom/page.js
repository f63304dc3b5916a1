"use strict";
// A page that comes back with errors puts the reader at their summary; without JavaScript role=alert still names them.
document.querySelector("#error-summary")?.focus();
