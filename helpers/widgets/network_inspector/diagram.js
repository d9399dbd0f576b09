// The network as columns of buttons. Pointing at a neuron, or walking to it with the arrow keys, lights up what feeds it.

import { add, addButton, addShape, addWalk, paintImage } from "../shared.js";
import { MINUS, PLUS, colorOf, floats } from "./colors.js";

function paintSmall(canvas, image) {
  const [height, width] = image.shape, scale = Math.max(1, Math.floor(112 / Math.max(height, width)));
  paintImage(canvas, floats(image.values), image.shape, (value) => colorOf(value, image));
  Object.assign(canvas.style, { width: `${width * scale}px`, height: `${height * scale}px` });
}

function fillBar(bar, value, signed) {
  const fill = bar.appendChild(document.createElement("i")), size = Math.abs(value) * (signed ? 50 : 100);
  fill.style.width = `${size}%`;
  fill.style.left = `${signed ? (value < 0 ? 50 - size : 50) : 0}%`;
  fill.style.background = value < 0 ? MINUS : PLUS;
}

/** Append the network; point(at) and choose(at) are called with [layer, neuron]. Returns its build(network) and light(lit, chosen). */
export function addDiagram(parent, point, choose) {
  const root = add(parent, "div", "network-view");
  let columns, canvas, note, lines, network, lit, chosen, neurons = []; // neurons[layer - 1][neuron] is a button

  function neuron(parent, layer, l, j) {
    const node = addButton(parent, "", "", () => choose([l, j]), layer.readable ? "line" : "");
    const words = layer.heads.map((head, k) => `${head} ${layer.texts[k][j]}`).join(", ");
    node.title = `${layer.title}, neuron ${layer.names[j]}: ${words}`;
    if (layer.readable) {
      add(node, "span", "in-words", node.title); // for ears; the numbers beside it are for eyes
      add(node, "span", "name", layer.names[j]).style.minWidth = `${Math.max(2, ...layer.names.map((n) => n.length))}ch`;
      fillBar(add(node, "span", "bar"), layer.bars[j], layer.bars.some((value) => value < 0));
      for (const column of layer.texts) add(node, "span", "value", column[j]);
      for (const part of [...node.children].slice(1)) part.setAttribute("aria-hidden", "true");
    } else {
      node.setAttribute("aria-label", node.title);
      node.textContent = layer.bars[j] < 0 ? "−" : "";
      node.style.background = `color-mix(in srgb, ${layer.bars[j] < 0 ? MINUS : PLUS} ${100 * Math.abs(layer.bars[j])}%, var(--field))`;
    }
    for (const kind of ["pointerenter", "focus"]) node.addEventListener(kind, () => point([l, j]));
    for (const kind of ["pointerleave", "blur"]) node.addEventListener(kind, () => point([]));
    return node;
  }

  function build(shown) {
    const { layers } = (network = shown);
    root.replaceChildren();
    columns = add(root, "div", "columns");
    const input = add(columns, "div");
    add(input, "b", "", "Input");
    canvas = add(input, "canvas", "picture", "", { role: "img" });
    note = add(input, "div", "note");
    neurons = layers.map((layer, i) => {
      const words = `${layer.title}, ${layer.names.length} neurons`, column = add(columns, "div", "", "", { role: "group", "aria-label": words });
      add(column, "b", "", layer.readable ? layer.title : words);
      const heads = add(column, "div", "heads");
      let body = column;
      if (layer.readable) {
        add(heads, "span", "name").style.minWidth = `${Math.max(2, ...layer.names.map((n) => n.length))}ch`;
        add(heads, "span", "bar").style.visibility = "hidden";
        for (const head of layer.heads) add(heads, "span", "value", head);
      } else {
        heads.textContent = `color: ${layer.heads.at(-1)}`;
        body = add(column, "div", "grid");
        body.style.gridTemplateColumns = `repeat(${Math.ceil(Math.sqrt(layer.names.length))}, 12px)`;
      }
      return layer.names.map((_, j) => neuron(body, layer, i + 1, j));
    });
    addWalk(neurons, { stops: neurons, upright: true });
    lines = addShape(columns, "svg", { "aria-hidden": "true" });
  }

  function line(from, to, strength) {
    const box = columns.getBoundingClientRect(), a = from.getBoundingClientRect(), b = to.getBoundingClientRect();
    const forward = a.left < b.left;
    const x1 = (forward ? a.right : a.left) - box.left, x2 = (forward ? b.left : b.right) - box.left;
    const y1 = (a.top + a.bottom) / 2 - box.top, y2 = (b.top + b.bottom) / 2 - box.top, middle = (x1 + x2) / 2;
    addShape(lines, "path", { d: `M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2},${y2}`, fill: "none", "stroke-opacity": 0.8,
      style: `stroke: ${from === canvas ? "var(--quiet)" : strength < 0 ? MINUS : PLUS}`, "stroke-width": 0.7 + 4 * Math.abs(strength),
      "stroke-dasharray": strength < 0 ? "5 3" : "none" });
  }

  function light(...shown) {
    [lit, chosen] = shown;
    const { at, links, image } = lit;
    if (!lines || !at || !neurons[at[0] - 1]?.[at[1]]) return;
    lines.replaceChildren();
    const here = neurons[at[0] - 1][at[1]];
    neurons.forEach((layer, i) => layer.forEach((node, j) => {
      node.setAttribute("aria-pressed", String(chosen[0] === i + 1 && chosen[1] === j));
      node.classList.remove("adds", "takes");
      node.classList.toggle("at", node === here);
    }));
    for (const [layer, j, strength] of links) {
      neurons[layer - 1][j].classList.add(strength < 0 ? "takes" : "adds");
      line(neurons[layer - 1][j], here, strength);
    }
    if (image) line(canvas, here, 0.3);
    const picture = image || network.image;
    paintSmall(canvas, picture);
    note.textContent = image ? `${picture.title} of neuron ${at[1]}: orange +, blue −` : picture.title;
    canvas.setAttribute("aria-label", note.textContent);
  }

  const resized = new ResizeObserver(() => lit && light(lit, chosen));
  resized.observe(root);
  return { build, light, end: () => resized.disconnect() };
}
