// Sort tables by their headings, and filter their rows. Numbers are in data-value.
"use strict";

function valueOf(row, column) {
  const cell = row.cells[column];
  const value = cell.dataset.value;
  return value === undefined ? cell.textContent.trim() : Number(value);
}

function compare(a, b) {
  // Empty cells and dashes come last, whatever the direction.
  const empty = (value) => value === "" || value === "-";
  if (empty(a) || empty(b)) return { fixed: empty(a) - empty(b) };
  if (typeof a === "number" && typeof b === "number") return { order: a - b };
  return { order: String(a).localeCompare(String(b), "en", { numeric: true }) };
}

function sortBy(table, heading) {
  const headings = [...table.tHead.rows[0].cells];
  const column = headings.indexOf(heading);
  const sign = heading.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => [valueOf(row, column), row]);
  rows.sort(([a], [b]) => {
    const { fixed, order } = compare(a, b);
    return fixed === undefined ? sign * order : fixed;
  });
  headings.forEach((other) => other.setAttribute("aria-sort", "none"));
  heading.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
  body.append(...rows.map(([, row]) => row));
}

document.querySelectorAll("th[aria-sort] button").forEach((button) => {
  const heading = button.parentElement;
  button.addEventListener("click", () => sortBy(heading.closest("table"), heading));
});

document.querySelectorAll("input[data-filters]").forEach((input) => {
  const rows = [...document.getElementById(input.dataset.filters).tBodies[0].rows];
  const status = input.parentElement.querySelector("[role=status]");
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row) => {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += !row.hidden;
    });
    status.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
  });
});
