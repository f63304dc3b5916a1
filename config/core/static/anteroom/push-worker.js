"use strict";
// Shows that there is a message, and opens it. A notification that comes twice replaces itself by its tag.
self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data.json();
  } catch {
    said = {};
  }
  event.waitUntil(self.registration.showNotification(said.title || "Message", {
    body: said.body || "", tag: said.tag || "message", lang: said.lang || "", data: { url: said.url || "/" },
  }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  // Only a page of ours is ever opened, whatever a notification says.
  const asked = new URL(event.notification.data.url, self.location.origin);
  event.waitUntil(self.clients.openWindow(asked.origin === self.location.origin ? asked.href : "/"));
});
