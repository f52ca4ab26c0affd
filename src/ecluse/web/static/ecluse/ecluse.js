// Keys, menus and what to do when a part of a page is refused. Pages work without it.
"use strict";

(() => {
  const typing = (element) => element.closest("input, select, textarea, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      document.querySelectorAll("details.menu[open]").forEach((menu) => {
        menu.open = false;
        menu.querySelector("summary").focus();
      });
      return;
    }
    if (typing(event.target)) return;
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!target) return;
    event.preventDefault();
    if (target.matches("input")) target.focus();
    else target.click();
  });

  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    const printer = event.target.closest("[data-print]");
    if (printer) window.print();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  // A refusal is a page of its own: it takes the whole window, never a corner of the page that was there.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status < 400) return;
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    if ((xhr.getResponseHeader("Content-Type") || "").startsWith("text/html")) {
      event.detail.target = document.body;
      event.detail.swapOverride = "innerHTML";
    }
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const first = event.detail.target.querySelector("[data-focus]");
    if (first) first.focus({ preventScroll: true });
  });

  // A workstation of a ward asks for the badge by itself.
  window.addEventListener("load", () => {
    const start = document.querySelector("[data-autostart]");
    if (start) start.click();
  });

  // A key that is not touched, or not known here: the person is told, and may try again.
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const main = document.getElementById("main");
    const before = main.querySelector("#no-key-said");
    if (before) before.remove();
    main.prepend(document.getElementById("no-key").content.cloneNode(true));
  });

  // What was shown is not kept: coming back to the page asks for it again.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
})();
