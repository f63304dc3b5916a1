"use strict";
// Lets this browser show notifications, where it can: asks the person, then tells us its address.
(() => {
  const form = document.querySelector("[data-push]");
  if (!form || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const worker = await navigator.serviceWorker.register(form.dataset.pushWorker);
      await navigator.serviceWorker.ready;
      // One that was made for another key of ours is of no use any more.
      const old = await worker.pushManager.getSubscription();
      if (old && text(old.options.applicationServerKey) !== form.dataset.push) await old.unsubscribe();
      const made = await worker.pushManager.subscribe({
        userVisibleOnly: true, applicationServerKey: bytes(form.dataset.push),
      });
      form.elements.endpoint.value = made.endpoint;
      form.elements.key.value = text(made.getKey("p256dh"));
      form.elements.secret.value = text(made.getKey("auth"));
      form.submit();
    } catch {
      form.querySelector("[data-push-refused]").hidden = false;
    }
  });
})();
