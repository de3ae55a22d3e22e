"use strict";
// Search, sort, and a link that finds the servers of a cause. Without any of it the page is whole.
const form = document.querySelector(".filters"), found = form.querySelector("output");
const blocks = [...document.querySelectorAll(".block")], folded = blocks.map((block) => block.open);
const rows = [...document.querySelectorAll(".matrix tbody tr")];
const text = new Map(rows.map((row) => [row, `${row.cells[0].textContent} ${row.closest(".block").querySelector("b").textContent} ${row.dataset.o ?? ""}`.toLowerCase()]));
const language = () => document.querySelector(".language input:checked").value;
const show = () => {
  const words = form.elements.words.value.trim().toLowerCase(), open = form.elements.open.checked;
  for (const row of rows) row.hidden = !text.get(row).includes(words) || (open && row.dataset.v === "0");
  blocks.forEach((block, place) => {
    const some = block.querySelector("tbody tr:not([hidden])");
    block.hidden = !some;
    block.open = words || open ? Boolean(some) : folded[place];
  });
  found.value = form.dataset[language()].replace("{shown}", rows.filter((row) => !row.hidden).length);
};
const value = (row, column) => {
  const cell = row.cells[column];
  if (column === 1) return -Number(row.dataset.v);
  if (!cell) return 1;
  return column ? -Number(cell.textContent) || 0 : cell.textContent;
};
const sort = (column) => {
  for (const body of document.querySelectorAll(".matrix tbody")) {
    const ordered = [...body.rows].sort((one, other) => {
      const [first, second] = [value(one, column), value(other, column)];
      return typeof first === "number" ? first - second : first.localeCompare(second, undefined, { numeric: true });
    });
    body.append(...ordered);
  }
  for (const head of document.querySelectorAll(".matrix thead th")) head.toggleAttribute("aria-sort", false);
  for (const line of document.querySelectorAll(".matrix thead tr")) line.cells[column].setAttribute("aria-sort", "other");
};
for (const head of document.querySelectorAll(".matrix thead th")) {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  button.addEventListener("click", () => sort(head.cellIndex));
  head.append(button);
}
const follow = () => {
  if (!location.hash.startsWith("#find:")) return;
  form.elements.words.value = decodeURIComponent(location.hash.slice(6));
  show();
  document.getElementById("servers").scrollIntoView();
};
const turn = () => {
  document.documentElement.lang = language();
  show();
};
for (const choice of document.querySelectorAll(".language input")) choice.addEventListener("change", turn);
form.addEventListener("input", show);
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
document.documentElement.classList.add("scripted");
addEventListener("hashchange", follow);
show();
follow();
