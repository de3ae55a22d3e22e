"use strict";
// Filters, and a link into the other language. Without any of it the page is whole.
for (const view of document.querySelectorAll(".view")) {
  const form = view.querySelector(".filters"), said = form.querySelector("output");
  const cards = [...view.querySelectorAll(".card")], chapters = [...view.querySelectorAll(".chapter")];
  const fits = (card, which, who, words) =>
    (which === "all" || which in card.dataset) && (!who || card.dataset.who === who) &&
    card.textContent.toLowerCase().includes(words);
  const show = () => {
    const [which, who, words] = ["which", "who", "words"].map((name) => form.elements[name].value);
    for (const card of cards) card.hidden = !fits(card, which, who, words.trim().toLowerCase());
    for (const chapter of chapters) chapter.hidden = !chapter.querySelector(".card:not([hidden])");
    said.value = form.dataset.said.replace("{shown}", cards.filter((card) => !card.hidden).length);
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  show();
}
const turn = (language) => {
  document.getElementById(`show-${language}`).checked = true;
  document.documentElement.lang = language;
};
const follow = () => {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const view = place && place.closest(".view");
  if (!view) return;
  turn(view.lang);
  place.hidden = false;
  place.closest(".chapter")?.removeAttribute("hidden");
  place.scrollIntoView();
};
for (const choice of document.querySelectorAll(".language input")) choice.addEventListener("change", () => turn(choice.value));
for (const label of document.querySelectorAll(".expired")) label.hidden = Date.now() < Date.parse(label.dataset.until);
addEventListener("hashchange", follow);
follow();
