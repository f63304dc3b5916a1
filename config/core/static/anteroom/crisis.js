"use strict";
// Whom to call now, shown above everything else the moment an answer asks for it; gone when it no longer does.
window.showCrisis = (told) => {
  const place = document.querySelector("#crisis-place");
  const present = place.querySelector(".crisis");
  if (!told && present) present.remove();
  if (!told || present) return;
  const make = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text || "" });
  const panel = make("section", "crisis");
  panel.setAttribute("role", "alert");
  panel.append(make("h2", "", told.title), make("p", "", told.text));
  const ways = make("ul", "crisis__ways");
  told.ways.forEach((way, index) => {
    const link = make("a", index ? "crisis__way" : "crisis__way crisis__way--first");
    link.href = way.href;
    link.rel = "noopener noreferrer";
    const both = document.createElement("span");
    both.append(make("strong", "", way.label), ` ${way.detail}`);
    link.append(both);
    const entry = document.createElement("li");
    entry.append(link);
    ways.append(entry);
  });
  panel.append(ways, make("p", "small", told.after));
  place.append(panel);
  panel.scrollIntoView({ block: "start" });
};
