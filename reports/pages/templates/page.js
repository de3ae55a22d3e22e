"use strict";
// Filters, and a link into the other language. Without any of it the page is whole.
const NAMES = ["which", "who", "words"];
const views = [...document.querySelectorAll(".view")];
for (const view of views) {
  const form = view.querySelector(".filters"), shown = form.querySelector("output");
  const rows = [...view.querySelectorAll("[data-who]")], cards = [...view.querySelectorAll(".card")];
  for (const cell of view.querySelectorAll(".cell"))
    cell.title += `: ${document.getElementById(cell.hash.slice(1)).querySelector("h3").textContent}`;
  const fits = (row, which, who, words) =>
    (which === "all" || which in row.dataset || !row.matches(".card")) && (!who || row.dataset.who === who) && row.textContent.toLowerCase().includes(words);
  const show = () => {
    const [which, who, words] = NAMES.map((name) => form.elements[name].value);
    for (const row of rows) row.hidden = !fits(row, which, who, words.trim().toLowerCase());
    for (const cell of view.querySelectorAll(".cell")) cell.hidden = document.getElementById(cell.hash.slice(1)).hidden;
    for (const part of view.querySelectorAll(".chapter, .duty")) part.hidden = !part.querySelector("[data-who]:not([hidden])");
    shown.value = form.dataset.shown.replace("{shown}", cards.filter((card) => !card.hidden).length);
  };
  form.addEventListener("input", () => {
    show();
    const kept = new URLSearchParams(NAMES.map((name) => [name, form.elements[name].value]));
    history.replaceState(null, "", `#find:${kept}`);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  view.find = (kept) => {
    for (const name of NAMES) form.elements[name].value = kept.get(name) ?? form.elements[name].value;
    show();
  };
  show();
}
for (const code of document.querySelectorAll(":is(.do li:not(.say) > code:not(.form), .act > code:not(.form), .remedies code)")) {
  const words = code.closest("main").dataset, button = document.createElement("button");
  [button.type, button.className, button.textContent] = ["button", "copy", words.copy];
  button.setAttribute("aria-label", `${words.copy}: ${code.textContent}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = words.copied;
  });
  code.after(button);
}
const turn = (language) => {
  document.getElementById(`show-${language}`).checked = true;
  document.documentElement.lang = language;
};
const follow = () => {
  if (location.hash.startsWith("#find:")) {
    for (const view of views) view.find(new URLSearchParams(location.hash.slice(6)));
    return;
  }
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const view = place && place.closest(".view");
  if (!view) return;
  turn(view.lang);
  place.hidden = false;
  if (place.matches("details")) place.open = true;
  place.closest(".chapter")?.removeAttribute("hidden");
  place.scrollIntoView();
};
for (const choice of document.querySelectorAll(".language input")) choice.addEventListener("change", () => turn(choice.value));
for (const label of document.querySelectorAll(".expired")) label.hidden = Date.now() < Date.parse(label.dataset.until);
addEventListener("hashchange", follow);
follow();
