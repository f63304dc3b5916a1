"use strict";
// Answers that the server has not confirmed, kept on this device in a form that only their own person's pages can open:
// the key comes with a page made for somebody who is signed in, and is never stored. Without WebCrypto nothing is kept.
window.Outbox = ({ key, name }) => {
  const PREFIX = "anteroom.outbox.";
  const LONGEST_DAYS = 30;
  const store = window.localStorage;
  const subtle = window.crypto && window.crypto.subtle;
  const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));
  const opened = subtle && key ? subtle.importKey("raw", bytes(key), "AES-GCM", false, ["encrypt", "decrypt"]) : null;
  const address = (client) => `${PREFIX}${name}.${client}`;
  let turn = Promise.resolve();

  const forgetOld = () => {
    Object.keys(store).filter((one) => one.startsWith(PREFIX)).forEach((one) => {
      const at = Number((store.getItem(one) || "").split(" ")[0]);
      if (!(Date.now() - at < LONGEST_DAYS * 86400000)) store.removeItem(one);
    });
  };

  // One write after the other, so that an older state never lands on a newer one.
  const inTurn = (act) => { turn = turn.then(act, act); return turn; };

  const keep = (client, state) => inTurn(async () => {
    if (!opened) return false;
    if (!state) { store.removeItem(address(client)); return true; }
    const iv = window.crypto.getRandomValues(new Uint8Array(12));
    const plain = new TextEncoder().encode(JSON.stringify(state));
    const locked = await subtle.encrypt({ name: "AES-GCM", iv }, await opened, plain);
    try { store.setItem(address(client), `${Date.now()} ${text(iv)} ${text(locked)}`); } catch { return false; }
    return true;
  });

  const read = async (entry) => {
    const [, iv, locked] = (store.getItem(entry) || "").split(" ");
    try {
      const plain = await subtle.decrypt({ name: "AES-GCM", iv: bytes(iv) }, await opened, bytes(locked));
      return JSON.parse(new TextDecoder().decode(plain));
    } catch { return null; }
  };

  // What tabs that are gone left behind for this response: [{client, state}].
  const left = async () => {
    if (!opened) return [];
    const start = address("");
    const entries = Object.keys(store).filter((one) => one.startsWith(start));
    const states = await Promise.all(entries.map(async (one) => ({ client: one.slice(start.length), state: await read(one) })));
    return states.filter((one) => one.state);
  };

  forgetOld();
  return { keep, left, isSafe: Boolean(opened) };
};
