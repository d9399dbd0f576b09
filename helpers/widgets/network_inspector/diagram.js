// The network as columns of buttons. Pointing at a neuron, or walking to it with the arrow keys, lights up what feeds it.

import { add, addButton, addShape } from "../shared.js";
import { MINUS, PLUS, colorOf, floats } from "./colors.js";

function paintSmall(canvas, image) {
  const [height, width] = image.shape;
  Object.assign(canvas, { width, height });
  const scale = Math.max(1, Math.floor(112 / Math.max(height, width)));
  Object.assign(canvas.style, { width: `${width * scale}px`, height: `${height * scale}px` });
  const context = canvas.getContext("2d"), pixels = context.createImageData(width, height);
  floats(image.values).forEach((value, i) => pixels.data.set([...colorOf(value, image), 255], 4 * i));
  context.putImageData(pixels, 0, 0);
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

  function walk(event, l, j) {
    const to = { ArrowUp: [l, j - 1], ArrowDown: [l, j + 1], ArrowLeft: [l - 1, j], ArrowRight: [l + 1, j],
      Home: [l, 0], End: [l, Infinity] }[event.key];
    // keys that mean something to a button must not reach the notebook, where they would run or select cells
    if (to || event.key === "Enter" || event.key === " ") event.stopPropagation();
    if (!to) return;
    event.preventDefault();
    const layer = neurons[Math.min(neurons.length, Math.max(1, to[0])) - 1];
    layer[Math.min(layer.length - 1, Math.max(0, to[1]))].focus();
  }

  function neuron(parent, layer, l, j) {
    const node = addButton(parent, "", "", () => choose([l, j]), layer.readable ? "line" : "");
    const words = layer.heads.map((head, k) => `${head} ${layer.texts[k][j]}`).join(", ");
    node.title = `${layer.title}, neuron ${layer.names[j]}: ${words}`;
    node.tabIndex = j === 0 ? 0 : -1;
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
    node.addEventListener("pointerenter", () => point([l, j]));
    node.addEventListener("pointerleave", () => point([]));
    node.addEventListener("focus", () => {
      neurons[l - 1].forEach((other) => (other.tabIndex = other === node ? 0 : -1));
      point([l, j]);
    });
    node.addEventListener("blur", () => point([]));
    node.addEventListener("keydown", (event) => walk(event, l, j));
    return node;
  }

  function build(shown) {
    const { layers } = (network = shown);
    root.replaceChildren();
    columns = add(root, "div", "columns");
    const input = add(columns, "div");
    add(input, "b", "", "Input");
    canvas = add(input, "canvas", "picture");
    canvas.setAttribute("role", "img");
    note = add(input, "div", "note");
    neurons = layers.map((layer, i) => {
      const column = add(columns, "div");
      column.setAttribute("role", "group");
      column.setAttribute("aria-label", `${layer.title}, ${layer.names.length} neurons`);
      add(column, "b", "", layer.readable ? layer.title : `${layer.title}, ${layer.names.length} neurons`);
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
