// The keyboard of the desk. Everything here can be done without it: links are followed, forms are opened, none is sent.
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

const keys = {
  j: () => move(1),
  k: () => move(-1),
  a: () => open("approve"),
  c: () => open("confirm"),
  l: () => open("lift"),
  "/": () => document.querySelector("input[type=search]")?.focus(),
  "?": showKeys,
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || dialog?.open) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const act = keys[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
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
