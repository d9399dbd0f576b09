// A confusion matrix whose cells are buttons: one stop for Tab, arrow keys inside, Enter or a click chooses.

import { add, addButton, addWalk } from "../shared.js";

/** Append a matrix; choose(true, predicted) is called for a cell, -1 for any. Returns its update(table, chosen). */
export function addMatrix(parent, choose) {
  const root = add(parent, "div", "confusion-menu");
  let grid = []; // rows of buttons, the heads included: grid[row + 1][column + 1] is the cell (row, column)
  let built = "";

  function build({ names, kind }) {
    root.replaceChildren();
    const table = add(root, "table");
    add(table, "caption", "", `Row: true ${kind}, column: predicted ${kind}. Choose a cell to see its images.`);
    const head = add(add(table, "thead"), "tr"), body = add(table, "tbody");
    const long = names.some((name) => name.length > 3) ? " long" : "";
    grid = [];
    for (let row = -1; row < names.length; row++) {
      const line = row < 0 ? head : add(body, "tr");
      grid.push([]);
      for (let column = -1; column < names.length; column++) {
        const isHead = row < 0 || column < 0;
        const cell = add(line, isHead ? "th" : "td");
        if (isHead && row !== column) cell.scope = row < 0 ? "col" : "row";
        const button = addButton(cell, "", "", () => choose(row, column),
          isHead ? "head" + (row < 0 && column >= 0 ? long : "") : "");
        button.dataset.cell = `${row},${column}`;
        if (isHead) button.textContent = row < 0 && column < 0 ? "all" : names[Math.max(row, column)];
        grid[row + 1].push(button);
      }
    }
    addWalk(grid);
  }

  function describe(row, column, { counts, names, kind }) {
    if (row < 0 && column < 0) return "all images of the group";
    if (column < 0) return `true ${kind} ${names[row]}, whatever was predicted`;
    if (row < 0) return `predicted ${kind} ${names[column]}, whatever is true`;
    const n = counts[row][column];
    return `true ${kind} ${names[row]}, predicted ${names[column]}: ${n} image${n === 1 ? "" : "s"}`;
  }

  return (table, [true_, predicted]) => {
    if (!table.names) return;
    if (built !== table.names.join("\n")) build(table);
    built = table.names.join("\n");
    const errors = table.counts.flatMap((line, row) => line.filter((_, column) => column !== row));
    const most = Math.max(3, ...errors);
    grid.flat().forEach((button) => {
      const [row, column] = button.dataset.cell.split(",").map(Number);
      const text = describe(row, column, table);
      button.setAttribute("aria-label", text);
      button.title = text;
      button.setAttribute("aria-pressed", String(row === true_ && column === predicted));
      if (row < 0 || column < 0) return;
      const n = table.counts[row][column];
      button.textContent = n;
      button.className = row === column ? "right" : n === 0 ? "zero" : "";
      button.style.background = row === column || n === 0 ? "" : `rgba(230, 130, 20, ${0.15 + (0.6 * n) / most})`;
    });
  };
}
