"use strict";
(() => {
  const root = document.documentElement;
  const tongue = () => { root.lang = document.getElementById("lang-zh").checked ? "zh-CN" : "en"; };
  for (const choice of document.getElementsByName("lang")) choice.addEventListener("change", tongue);
  tongue();

  const key = (row, nth) => {
    const field = row.cells[nth];
    return field.dataset.v === undefined ? field.textContent : field.dataset.v === "" ? NaN : Number(field.dataset.v);
  };
  const compare = (a, b) => {
    if (typeof a === "string" || typeof b === "string") return String(a).localeCompare(String(b));
    return Number.isNaN(a) ? 1 : Number.isNaN(b) ? -1 : a - b;
  };
  const sort = (head) => {
    const nth = head.cellIndex, body = head.closest("table").tBodies[0];
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const rows = [...body.rows].sort((a, b) => {
      const [x, y] = [key(a, nth), key(b, nth)];
      const missing = Number.isNaN(x) || Number.isNaN(y);
      return missing || up ? compare(x, y) : compare(y, x);
    });
    body.append(...rows);
  };
  for (const head of document.querySelectorAll("table.sortable thead th")) {
    if (!head.textContent.trim()) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    button.addEventListener("click", () => sort(head));
    head.append(button);
  }

  const tip = document.getElementById("tip");
  for (const point of document.querySelectorAll(".point")) {
    const title = point.querySelector("title");
    point.dataset.said = title.textContent;
    title.remove();
  }
  document.addEventListener("pointerover", (event) => {
    const point = event.target.closest?.(".point");
    tip.hidden = !point;
    if (!point) return;
    tip.textContent = point.dataset.said;
    const box = point.getBoundingClientRect();
    const left = box.left + box.width / 2 - tip.offsetWidth / 2;
    tip.style.left = `${Math.max(8, Math.min(left, root.clientWidth - tip.offsetWidth - 8))}px`;
    tip.style.top = `${Math.max(8, box.top - tip.offsetHeight - 4)}px`;
  });
  document.addEventListener("scroll", () => { tip.hidden = true; }, { passive: true });
})();
