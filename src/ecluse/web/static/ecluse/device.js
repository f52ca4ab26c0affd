// The key of this browser: made here, kept where no script can read it out, used to sign short proofs.
// The site works without it, with shorter sessions.
"use strict";

(() => {
  const seat = document.querySelector("meta[name=device]");
  if (!seat || !window.crypto || !window.crypto.subtle || !window.indexedDB) return;

  const curve = { name: "ECDSA", namedCurve: "P-256" };
  const secure = window.location.protocol === "https:";
  const cookie = seat.dataset.cookie;
  const freshEvery = 240000;
  let challenge = seat.content;
  let got = Date.now();
  let ahead = Number(seat.dataset.now) * 1000 - got;
  let signed = 0;
  let busy = null;

  const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = (event) => { event.preventDefault(); reject(request.error); };
  });

  const opened = () => {
    const request = window.indexedDB.open("ecluse", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("keys");
    return asked(request);
  };

  const kept = (base) => asked(base.transaction("keys").objectStore("keys").get("device"));

  const made = async () => {
    const pair = await window.crypto.subtle.generateKey(curve, false, ["sign"]);
    const raw = await window.crypto.subtle.exportKey("raw", pair.publicKey);
    return { privateKey: pair.privateKey, publicKey: text(raw) };
  };

  const mine = (async () => {
    const base = await opened();
    const before = await kept(base);
    if (before) return before;
    const key = await made();
    try {
      await asked(base.transaction("keys", "readwrite").objectStore("keys").add(key, "device"));
    } catch {
      return kept(base); // another tab was first
    }
    return key;
  })();

  const renew = async () => {
    if (Date.now() - got < freshEvery) return;
    const answer = await fetch(seat.dataset.check, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const told = await answer.json();
    challenge = told.challenge;
    got = Date.now();
    ahead = told.now * 1000 - got;
  };

  const sign = async () => {
    await renew();
    const key = await mine;
    const at = Math.floor((Date.now() + ahead) / 1000);
    const words = new TextEncoder().encode(`ecluse device v1|${challenge}|${at}`);
    const seal = await window.crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, words);
    const proof = [key.publicKey, at, challenge, text(seal)].join(".");
    document.cookie = `${cookie}=${proof}; Path=/; Max-Age=30; SameSite=Strict${secure ? "; Secure" : ""}`;
    signed = Date.now();
  };

  const prove = (older) => {
    if (document.visibilityState === "hidden" || Date.now() - signed < older) return Promise.resolve();
    busy ||= sign().catch(() => {}).finally(() => { busy = null; });
    return busy;
  };

  const again = async () => {
    await prove(0);
    const tries = Number(window.sessionStorage.getItem("ecluse.checks") || 0) + 1;
    window.sessionStorage.setItem("ecluse.checks", tries);
    if (tries < 4) window.location.replace(seat.dataset.then);
    else document.querySelectorAll("[data-unproved]").forEach((part) => { part.hidden = false; });
  };

  if (seat.dataset.then) again();
  else {
    window.sessionStorage.removeItem("ecluse.checks");
    prove(0);
    window.setInterval(() => prove(5000), 5000);
  }
  ["pointerdown", "keydown", "focus", "visibilitychange", "pageshow"].forEach((name) => {
    window.addEventListener(name, () => prove(3000), { capture: true, passive: true });
  });

  // A form left open longer than a proof lives is sent with a fresh one.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || Date.now() - signed < 10000 || event.target.dataset.proved) return;
    event.preventDefault();
    const { target, submitter } = event;
    prove(0).then(() => {
      target.dataset.proved = "1";
      target.requestSubmit(submitter);
      delete target.dataset.proved;
    });
  });
})();
