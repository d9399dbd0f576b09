// The network as columns of buttons. Pointing at a neuron, or walking to it with the arrow keys, lights up what feeds it.
const PLUS = "#d55e00", MINUS = "#0072b2", SVG = "http://www.w3.org/2000/svg";

function add(parent, tag, className = "", text = "") {
  const node = parent.appendChild(document.createElement(tag));
  if (className) node.className = className;
  node.textContent = text;
  return node;
}

function paint(canvas, image) {
  const [height, width] = image.shape, bytes = image.values;
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  Object.assign(canvas, { width, height });
  const scale = Math.max(1, Math.floor(112 / Math.max(height, width)));
  Object.assign(canvas.style, { width: `${width * scale}px`, height: `${height * scale}px` });
  const context = canvas.getContext("2d"), pixels = context.createImageData(width, height);
  values.forEach((value, i) => {
    const t = Math.min(1, Math.abs(value) / image.limit);
    const full = !image.signed ? [0, 0, 0] : value > 0 ? [178, 24, 43] : [33, 102, 172];
    pixels.data.set([...full.map((c) => 255 + (c - 255) * t), 255], 4 * i);
  });
  context.putImageData(pixels, 0, 0);
}

function fillBar(bar, value, signed) {
  const fill = bar.appendChild(document.createElement("i")), size = Math.abs(value) * (signed ? 50 : 100);
  fill.style.width = `${size}%`;
  fill.style.left = `${signed ? (value < 0 ? 50 - size : 50) : 0}%`;
  fill.style.background = value < 0 ? MINUS : PLUS;
}

function render({ model, el }) {
  const root = add(el, "div", "network-view");
  let columns, canvas, note, lines, neurons = [], timer; // neurons[layer - 1][neuron] is a button

  function point(at) { // a hand that sweeps over many neurons asks the kernel only for the one where it rests
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (String(model.get("pointed")) === String(at)) return;
      model.set("pointed", at);
      model.save_changes();
    }, 40);
  }

  function choose(at) {
    model.set("chosen", at);
    model.save_changes();
  }

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
    const node = add(parent, "button", layer.readable ? "line" : "");
    node.type = "button";
    const words = layer.heads.map((head, k) => `${head} ${layer.texts[k][j]}`).join(", ");
    node.title = `${layer.title}, neuron ${layer.names[j]}: ${words}`;
    node.setAttribute("aria-label", node.title);
    node.tabIndex = j === 0 ? 0 : -1;
    if (layer.readable) {
      add(node, "span", "name", layer.names[j]).style.minWidth = `${Math.max(2, ...layer.names.map((n) => n.length))}ch`;
      fillBar(add(node, "span", "bar"), layer.bars[j], layer.bars.some((value) => value < 0));
      for (const column of layer.texts) add(node, "span", "value", column[j]);
    } else {
      node.textContent = layer.bars[j] < 0 ? "−" : "";
      node.style.background = `color-mix(in srgb, ${layer.bars[j] < 0 ? MINUS : PLUS} ${100 * Math.abs(layer.bars[j])}%, white)`;
    }
    node.addEventListener("pointerenter", () => point([l, j]));
    node.addEventListener("pointerleave", () => point([]));
    node.addEventListener("focus", () => {
      neurons[l - 1].forEach((other) => (other.tabIndex = other === node ? 0 : -1));
      point([l, j]);
    });
    node.addEventListener("blur", () => point([]));
    node.addEventListener("click", () => choose([l, j]));
    node.addEventListener("keydown", (event) => walk(event, l, j));
    return node;
  }

  function build() {
    const { layers } = model.get("network");
    if (!layers) return;
    root.replaceChildren();
    columns = add(root, "div", "columns");
    const input = add(columns, "div");
    add(input, "b", "", "Input");
    canvas = add(input, "canvas");
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
    lines = columns.appendChild(document.createElementNS(SVG, "svg"));
    light();
  }

  function line(from, to, strength) {
    const box = columns.getBoundingClientRect(), a = from.getBoundingClientRect(), b = to.getBoundingClientRect();
    const forward = a.left < b.left, path = document.createElementNS(SVG, "path");
    const x1 = (forward ? a.right : a.left) - box.left, x2 = (forward ? b.left : b.right) - box.left;
    const y1 = (a.top + a.bottom) / 2 - box.top, y2 = (b.top + b.bottom) / 2 - box.top, middle = (x1 + x2) / 2;
    const look = { d: `M${x1},${y1} C${middle},${y1} ${middle},${y2} ${x2},${y2}`, fill: "none", "stroke-opacity": 0.8,
      stroke: from === canvas ? "#555" : strength < 0 ? MINUS : PLUS, "stroke-width": 0.7 + 4 * Math.abs(strength),
      "stroke-dasharray": strength < 0 ? "5 3" : "none" };
    for (const [name, value] of Object.entries(look)) path.setAttribute(name, value);
    lines.append(path);
  }

  function light() {
    const { at, links, image } = model.get("lit"), chosen = model.get("chosen");
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
    const picture = image || model.get("network").image;
    paint(canvas, picture);
    note.textContent = image ? `${picture.title} of neuron ${at[1]}: red +, blue −` : picture.title;
    canvas.setAttribute("aria-label", note.textContent);
  }

  build();
  const resized = new ResizeObserver(light);
  resized.observe(root);
  model.on("change:network", build);
  model.on("change:lit change:chosen", light);
  return () => {
    clearTimeout(timer);
    resized.disconnect();
    model.off("change:network", build);
    model.off("change:lit change:chosen", light);
  };
}

export default { render };
