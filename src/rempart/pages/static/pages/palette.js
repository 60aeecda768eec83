// The palette: pages, cases by their handles, what can be done on this case, ready-made texts and the language.
// Without it, the link that opens it leads to the search page. What it shows is what the page and the server gave.
"use strict";

const palette = document.getElementById("palette");
const field = document.getElementById("palette-input");
const list = document.getElementById("palette-list");
const WAIT = 120;
let from = null; // what had the focus before
let last = null; // where a text was last written
let asked = 0;

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

const option = (title, kind, act) => {
  const item = document.createElement("li");
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.id = `palette-found-${list.children.length}`;
  const words = document.createElement("span");
  words.textContent = title;
  const sort = document.createElement("span");
  sort.className = "soft small";
  sort.textContent = kind;
  item.append(words, sort);
  item.act = act;
  return item;
};

const insert = (text) => {
  const into = last?.isConnected ? last : document.querySelector("[data-action] textarea");
  if (!into) return;
  into.focus();
  into.setRangeText(text, into.selectionStart, into.selectionEnd, "end");
};

// What this page offers besides addresses: a title, what kind of thing it is, and what choosing it does.
const offered = () => {
  const words = palette.dataset;
  const actions = [...document.querySelectorAll("[data-action]")].map((form) => [
    form.querySelector("h3")?.textContent ?? form.querySelector("button").textContent.trim(),
    words.wordAction,
    () => {
      form.scrollIntoView({ block: "center" });
      form.querySelector("textarea, input:not([type=hidden]), button")?.focus({ preventScroll: true });
    },
  ]);
  const pressed = [...document.querySelectorAll("main button[data-key]")].map((button) => [
    button.textContent.trim(), words.wordAction, () => button.click(),
  ]);
  const texts = [...document.querySelectorAll("[data-macro]")].map((link) => [
    link.dataset.name, words.wordText, () => insert(link.dataset.macro),
  ]);
  const languages = [...document.querySelectorAll("button[name=language]")].map((button) => [
    button.textContent.trim(), words.wordLanguage, () => button.click(),
  ]);
  return [...actions, ...pressed, ...texts, ...languages];
};

const choose = (item) => {
  list.querySelectorAll("[aria-selected=true]").forEach((one) => one.setAttribute("aria-selected", "false"));
  if (!item) return field.removeAttribute("aria-activedescendant");
  item.setAttribute("aria-selected", "true");
  field.setAttribute("aria-activedescendant", item.id);
  item.scrollIntoView({ block: "nearest" });
};

const shown = () => [...list.children].filter((item) => !item.hidden);

const follow = (item) => {
  if (!item) return;
  palette.close();
  if (item.dataset.url) location.assign(item.dataset.url);
  else item.act();
};

const filter = () => {
  const wanted = folded(field.value.trim());
  list.querySelectorAll("[data-found]").forEach((item) => item.remove());
  for (const item of list.children) item.hidden = !folded(item.textContent).includes(wanted);
  if (wanted) {
    const everywhere = option(`“${field.value.trim()}”`, palette.dataset.wordSearch);
    everywhere.dataset.url = `${palette.dataset.search}?q=${encodeURIComponent(field.value.trim())}`;
    everywhere.dataset.found = "";
    list.append(everywhere);
  }
  choose(shown()[0]);
};

const ask = async () => {
  const mine = ++asked;
  const text = field.value.trim();
  if (!text) return;
  const answer = await fetch(`${palette.dataset.source}?q=${encodeURIComponent(text)}`).catch(() => null);
  if (!answer?.ok || mine !== asked) return;
  const { entries } = await answer.json();
  const known = new Set([...list.querySelectorAll("[data-url]")].map((item) => item.dataset.url));
  for (const entry of entries.filter((one) => !known.has(one.url))) {
    const item = option(entry.title, entry.kind);
    item.dataset.url = entry.url;
    item.dataset.found = "";
    list.append(item);
  }
  if (!list.querySelector("[aria-selected=true]")) choose(shown()[0]);
};

const show = () => {
  from = document.activeElement;
  if (from?.matches("main textarea")) last = from;
  list.querySelectorAll("[data-offered]").forEach((item) => item.remove());
  for (const [title, kind, act] of offered().reverse()) {
    const item = option(title, kind, act);
    item.dataset.offered = "";
    list.prepend(item);
  }
  field.value = "";
  filter();
  palette.showModal();
  field.focus();
};

if (palette) {
  let waiting = 0;
  field.addEventListener("input", () => {
    filter();
    clearTimeout(waiting);
    waiting = setTimeout(ask, WAIT);
  });
  field.addEventListener("keydown", (event) => {
    const all = shown();
    const at = all.findIndex((item) => item.getAttribute("aria-selected") === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.length) choose(all[(at + step + all.length) % all.length]);
    else if (event.key === "Enter") follow(all[at]);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", (event) => follow(event.target.closest("[role=option]")));
  palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      if (palette.open) palette.close();
      else if (!document.querySelector("dialog[open]")) show();
    }
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-palette-open]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      show();
    }
    const text = event.target.closest("[data-macro]");
    if (text && document.querySelector("[data-action] textarea")) {
      event.preventDefault();
      insert(text.dataset.macro);
    }
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("main textarea")) last = event.target;
  });
}

// The folded part of the menu closes as soon as one is elsewhere, and by Escape.
const more = document.querySelector("details.more");
if (more) {
  document.addEventListener("click", (event) => { if (!more.contains(event.target)) more.open = false; });
  more.addEventListener("focusout", (event) => { if (event.relatedTarget && !more.contains(event.relatedTarget)) more.open = false; });
  more.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !more.open) return;
    more.open = false;
    more.querySelector("summary").focus();
  });
}
