// A page of images: each with the verdict, its probabilities as bars with their numbers, and a box to mark its label.

function add(parent, tag, className = "", text = "") {
  const node = parent.appendChild(document.createElement(tag));
  if (className) node.className = className;
  node.textContent = text;
  return node;
}

function paint(canvas, bytes, height, width) {
  canvas.width = width;
  canvas.height = height;
  const scale = Math.max(1, Math.floor(84 / Math.max(height, width)));
  canvas.style.width = `${width * scale}px`;
  canvas.style.height = `${height * scale}px`;
  const context = canvas.getContext("2d"), image = context.createImageData(width, height);
  bytes.forEach((ink, i) => image.data.set([255 - ink, 255 - ink, 255 - ink, 255], 4 * i));
  context.putImageData(image, 0, 0);
}

function swatch(network) {
  const sample = document.createElement("i");
  sample.className = `swatch ${network ? "second" : "first"}`;
  sample.title = `bars of network ${network + 1}`;
  return sample;
}

function probabilities(parent, card) {
  const several = card.networks.length > 1;
  const table = add(parent, "table", several ? "two" : "");
  table.setAttribute("aria-label", `probabilities of image ${card.column}`);
  if (several) {
    const head = add(table, "tr");
    head.append(document.createElement("td"), document.createElement("td"));
    card.networks.forEach((network, i) => {
      const cell = add(head, "th");
      cell.append(swatch(i));
      cell.scope = "col";
      cell.setAttribute("aria-label", network.who);
    });
  }
  card.names.forEach((name, k) => {
    const isTrue = k === card.true, isSaid = card.networks.some((network) => network.said === k);
    const row = add(table, "tr", isTrue ? "true" : isSaid ? "said" : "");
    add(row, "th", "", `${isTrue ? "✓ " : isSaid ? "✗ " : ""}${name}`).scope = "row";
    const bars = add(row, "td", "bar");
    card.networks.forEach((network, i) => {
      const bar = add(bars, "i", i ? "second" : "first");
      bar.style.width = `${Math.max(0.5, 100 * network.bars[k])}%`;
      bar.title = `${network.who}: ${network.texts[k]}`;
    });
    for (const network of card.networks) add(row, "td", "", network.texts[k].replaceAll(" ", ""));
  });
}

function render({ model, el }) {
  const root = add(el, "div", "mistake-cards");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "the images");
  let boxes = new Map();

  function toggle(column, on) {
    const others = model.get("marked").filter((other) => other !== column);
    model.set("marked", on ? [...others, column].sort((a, b) => a - b) : others);
    model.save_changes();
  }

  function build() {
    const { cards = [], pixels, shape } = model.get("page");
    root.replaceChildren();
    boxes = new Map();
    root.classList.toggle("pairs", cards.some((card) => card.networks.length > 1));
    if (cards.length === 0) add(root, "div", "none", "No image here: choose another cell, group or digit.");
    cards.forEach((card, i) => {
      const article = add(root, "article");
      article.dataset.column = card.column;
      const verdicts = add(article, "div", "verdicts");
      card.verdicts.forEach((verdict, k) => {
        const line = add(verdicts, "div", "", verdict);
        if (card.verdicts.length > 1) line.prepend(swatch(k), " ");
      });
      add(article, "div", "", `is ${card.is}`);
      const middle = add(article, "div", "middle");
      const canvas = add(add(middle, "figure"), "canvas");
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", `image ${card.column}: is ${card.is}`);
      const size = shape[0] * shape[1];
      paint(canvas, new Uint8Array(pixels.buffer, pixels.byteOffset + i * size, size), ...shape);
      probabilities(middle, card);
      const label = add(article, "label");
      const box = add(label, "input");
      box.type = "checkbox";
      box.addEventListener("change", () => toggle(card.column, box.checked));
      box.addEventListener("keydown", (event) => event.stopPropagation());
      label.append("label is arguably wrong");
      add(article, "div").append(Object.assign(document.createElement("small"),
        { textContent: `image ${card.column}, ${card.loss}` }));
      boxes.set(card.column, box);
    });
    mark();
  }

  function mark() {
    const marked = new Set(model.get("marked"));
    for (const [column, box] of boxes) {
      box.checked = marked.has(column);
      box.closest("article").classList.toggle("marked", box.checked);
    }
  }

  function look({ look }) {
    const article = root.querySelector(`article[data-column="${look}"]`);
    root.querySelector(".looked-at")?.classList.remove("looked-at");
    article?.classList.add("looked-at");
    (article ?? root).scrollIntoView({ block: "center", behavior: "smooth" });
    boxes.get(look)?.focus({ preventScroll: true });
  }

  build();
  model.on("change:page", build);
  model.on("change:marked", mark);
  model.on("msg:custom", look);
  return () => { model.off("change:page", build); model.off("change:marked", mark); model.off("msg:custom", look); };
}

export default { render };
