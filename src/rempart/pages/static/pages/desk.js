// The keyboard of the desk. Everything here can be done without it, and no decision is made by a key: forms are opened.
"use strict";

const typing = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;
const dialog = document.getElementById("keys-dialog");

// Lines that j and k go through: the rows of a table if the page has one, else the queue beside the case.
const lines = () => {
  const rows = [...document.querySelectorAll("[data-rows] tbody a.account")];
  return rows.length ? rows : [...document.querySelectorAll("[data-queue] a")];
};

const move = (step) => {
  const all = lines();
  if (!all.length) return;
  const focused = all.indexOf(document.activeElement);
  const current = focused >= 0 ? focused : all.findIndex((link) => link.getAttribute("aria-current"));
  const next = Math.min(all.length - 1, Math.max(0, current < 0 ? 0 : current + step));
  all[next].focus();
  all[next].scrollIntoView({ block: "nearest" });
};

const open = (name) => {
  const form = document.querySelector(`[data-action="${name}"]`);
  if (!form) return;
  form.scrollIntoView({ block: "center" });
  form.querySelector("textarea, button")?.focus({ preventScroll: true });
};

const showKeys = () => dialog && !dialog.open && dialog.showModal();

// Anything on the page may name its key: a form gets the focus, a button is pressed.
const named = (key) => {
  const one = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!one) return false;
  if (one.matches("form")) {
    one.scrollIntoView({ block: "center" });
    one.querySelector("textarea, input:not([type=hidden]), button")?.focus({ preventScroll: true });
  } else one.click();
  return true;
};

// g, then a letter, goes to a page; the letter counts for a second and a half.
const WAITS = 1500;
let goes = 0;
const go = (key) => {
  goes = 0;
  const page = document.querySelector(`#palette [data-go="${CSS.escape(key)}"]`);
  if (page) location.assign(page.dataset.url);
};

const keys = {
  j: () => move(1),
  k: () => move(-1),
  a: () => open("approve"),
  d: () => open("decline"),
  c: () => open("confirm"),
  l: () => open("lift"),
  i: () => open("inquire"),
  f: () => open("final"),
  w: () => open("warn"),
  g: () => { goes = Date.now(); },
  "/": () => {
    const field = document.querySelector("main input[type=search]");
    if (field) field.focus();
    else document.querySelector("[data-palette-open]")?.click();
  },
  "?": showKeys,
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (Date.now() - goes < WAITS && event.key.length === 1) {
    event.preventDefault();
    go(event.key);
  } else if (keys[event.key]) {
    event.preventDefault();
    keys[event.key]();
  } else if (event.key.length === 1 && named(event.key)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys]") && dialog) {
    event.preventDefault();
    showKeys();
  }
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || event.target.method === "dialog") return;
  if (button.getAttribute("aria-disabled") === "true") event.preventDefault();
  else setTimeout(() => button.setAttribute("aria-disabled", "true"));
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("button[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
});
