// One neuron in detail: its equations, images of its weights with a cursor that reads numbers, and the parts of its sum.

import { STEPS, add, ownKeys } from "../shared.js";
import { MINUS, PLUS, colorOf, floats } from "./colors.js";

function paintLarge(canvas, image, values, cell) {
  const [height, width] = image.shape, context = canvas.getContext("2d");
  Object.assign(canvas, { width: width * cell, height: height * cell });
  context.font = "12px system-ui, sans-serif";
  context.textAlign = "center";
  context.textBaseline = "middle";
  values.forEach((value, i) => {
    const t = Math.min(1, Math.abs(value) / image.limit), x = (i % width) * cell, y = Math.floor(i / width) * cell;
    context.fillStyle = `rgb(${colorOf(value, image)})`;
    context.fillRect(x, y, cell, cell);
    if (image.texts.length === 0) return;
    context.fillStyle = t > 0.5 ? "#fff" : "#111";
    context.fillText(image.texts[i], x + cell / 2, y + cell / 2, cell - 2);
  });
}

function addPictures(parent, images) {
  if (images.length === 0) return;
  const [height, width] = images[0].shape, numbers = images.map((image) => floats(image.values));
  const cell = images[0].texts.length ? 40 : Math.max(1, Math.floor(168 / Math.max(height, width)));
  const cursors = [];
  let at = [Math.floor(height / 2), Math.floor(width / 2)], read;

  function moveTo(row, column) {
    at = [Math.min(height - 1, Math.max(0, row)), Math.min(width - 1, Math.max(0, column))];
    const i = at[0] * width + at[1];
    const texts = images.map((image, k) => `${image.title} ${image.texts[i] ?? Number(numbers[k][i].toPrecision(3))}`);
    read.textContent = `row ${at[0]}, column ${at[1]}: ${texts.join(", ")}`;
    for (const cursor of cursors) {
      cursor.hidden = false;
      Object.assign(cursor.style, { left: `${at[1] * cell + 1}px`, top: `${at[0] * cell + 1}px`, width: `${cell}px`, height: `${cell}px` });
    }
  }

  images.forEach((image, k) => {
    const figure = add(parent, "figure"), frame = add(figure, "div", "frame");
    const range = `${Number(Math.min(...numbers[k]).toPrecision(3))} to ${Number(Math.max(...numbers[k]).toPrecision(3))}`;
    const words = `${image.title}, ${range}; the arrow keys read its pixels`;
    const canvas = add(frame, "canvas", "picture", "", { role: "img", "aria-label": words });
    add(figure, "figcaption", "", `${image.title}, ${range}`);
    paintLarge(canvas, image, numbers[k], cell);
    figure.style.width = `${canvas.width + 2}px`;
    canvas.tabIndex = k === 0 ? 0 : -1;
    ownKeys(canvas);
    cursors.push(add(frame, "div", "cursor"));
    canvas.addEventListener("pointermove", (event) => moveTo(Math.floor(event.offsetY / cell), Math.floor(event.offsetX / cell)));
    canvas.addEventListener("focus", () => moveTo(...at));
    canvas.addEventListener("keydown", (event) => {
      const step = STEPS[event.key];
      if (!step) return;
      event.preventDefault();
      event.stopPropagation();
      moveTo(at[0] + step[0], at[1] + step[1]);
    });
  });
  for (const cursor of cursors) cursor.hidden = true;
  read = add(parent, "div", "read", "Point at a pixel, or walk with the arrow keys, to read its numbers.", { "aria-live": "polite" });
}

function addTable(parent, { caption, heads, rows, bars, total }) {
  const node = add(parent, "table");
  add(node, "caption", "", caption);
  const head = add(add(node, "thead"), "tr"), body = add(node, "tbody");
  for (const text of heads) add(head, "th", "", text).scope = "col";
  add(head, "td");
  rows.forEach((texts, i) => {
    const row = add(body, "tr");
    texts.forEach((text) => add(row, "td", "", text));
    const fill = add(add(row, "td", "bar"), "i"), size = Math.abs(bars[i]) * 50;
    Object.assign(fill.style, { width: `${size}%`, left: `${bars[i] < 0 ? 50 - size : 50}%`, background: bars[i] < 0 ? MINUS : PLUS });
  });
  const last = add(add(add(node, "tfoot"), "tr"), "td", "total", total);
  last.colSpan = heads.length + 1;
}

/** Append the place of one neuron and return its show(detail). */
export function addNeuron(parent) {
  const root = add(parent, "div", "neuron-view");
  let tallest = 0;
  return ({ name, lines, images, tables }) => {
    root.replaceChildren();
    add(root, "h3", "", name);
    for (const line of lines) add(root, "div", "", line);
    addPictures(add(root, "div", "parts"), images);
    const parts = add(root, "div", "parts");
    for (const each of tables) addTable(parts, each);
    tallest = Math.max(tallest, root.offsetHeight); // what stands below must not jump from neuron to neuron
    root.style.minHeight = `${tallest}px`;
  };
}
