// What the views of all panels share. Views know a model (get, set, save_changes, send, on, off) and an element, no more.

const FOCUSABLE = new Set(["button", "input", "select", "summary", "textarea"]);
const PATIENCE = 10_000; // milliseconds
export const LATE = "No answer for ten seconds. The kernel is busy with another cell, or it was restarted: then run this cell again.";

/** Where an arrow key leads: [down, right]. */
export const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Append an element to a parent and return it. */
export function add(parent, tag, className = "", text = "", attributes = {}) {
  const node = parent.appendChild(document.createElement(tag));
  if (className) node.className = className;
  if (FOCUSABLE.has(tag)) ownKeys(node);
  return filled(node, attributes, text);
}

function filled(node, attributes, text) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== "") node.textContent = text;
  return node;
}

/** Keep the keys of the notebook around a panel (arrows, D D) away from an element that has the focus. */
export function ownKeys(node) {
  node.setAttribute("data-lm-suppress-shortcuts", "true");
}

/** Append a button. */
export function addButton(parent, text, title, onClick, className = "") {
  const node = add(parent, "button", className, text);
  node.type = "button";
  node.title = title;
  node.addEventListener("click", onClick);
  return node;
}

/** Append a folded part with a title and return it. */
export function addFold(parent, title) {
  const fold = add(parent, "details");
  add(fold, "summary", "", title);
  return fold;
}

/** Append what the parts of a panel are for, [name, words] each, folded. */
export function addHelp(parent, entries) {
  const list = add(addFold(parent, "What is this?"), "dl");
  for (const [name, words] of entries) {
    add(list, "dt", "", name);
    add(list, "dd", "", words);
  }
}

/** Append an element of SVG. */
export function addShape(parent, tag, attributes = {}, text = "") {
  return filled(parent.appendChild(document.createElementNS("http://www.w3.org/2000/svg", tag)), attributes, text);
}

/** Empty an SVG element, make it as wide as its parent, and return its width. */
export function emptied(svg, height, narrowest) {
  const width = Math.max(narrowest, svg.parentElement.clientWidth);
  svg.replaceChildren();
  filled(svg, { viewBox: `0 0 ${width} ${height}`, width, height }, "");
  return width;
}

/** Return the path of a line through places [x, y]; null leaves a gap. */
export function pathThrough(places) {
  return places.map((place, i) => place && `${places[i - 1] ? "L" : "M"}${place[0].toFixed(1)} ${place[1].toFixed(1)}`).join("");
}

/** Return image number `i` of bytes that hold images of this shape, one after the other. */
export function imageAt(bytes, i, [height, width]) {
  return new Uint8Array(bytes.buffer ?? bytes, (bytes.byteOffset ?? 0) + i * height * width, height * width);
}

/** Paint an image on a canvas, a pixel for each value; color(value) gives red, green and blue. */
export function paintImage(canvas, values, [height, width], color) {
  Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d"), pixels = context.createImageData(width, height);
  values.forEach((value, i) => pixels.data.set([...color(value), 255], 4 * i));
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** Append a canvas of one image. Dark themes invert it (shared.css). */
export function addPicture(parent, bytes, shape, color, words) {
  return paintImage(add(parent, "canvas", "picture", "", { role: "img", "aria-label": words }), bytes, shape, color);
}

/** Ink from 0 to 255, dark on white. */
export const ink = (byte) => [255 - byte, 255 - byte, 255 - byte];

/** Values from -1 to 1: vermillion above 0, blue below, white between. */
export function tinted(value) {
  const share = Math.min(1, Math.abs(value)), full = value > 0 ? [213, 94, 0] : [0, 114, 178];
  return full.map((part) => Math.round(255 + (part - 255) * share));
}

/**
 * Return how a view talks with its model. save(values) and send(message) ask; what waits for an answer is told late(true) after ten
 * seconds, late(false) when one comes after all: heard(). listen({"name of a value, or of several": show}) calls each show, now and after
 * every change of these; it returns the function that ends it. Messages of the model go to onMessage.
 */
export function talk(model, late) {
  let timer = null, isLate = false;
  const asked = () => {
    timer ??= setTimeout(() => late((isLate = true)), PATIENCE);
  };
  const heard = () => {
    clearTimeout(timer);
    timer = null;
    if (isLate) late((isLate = false));
  };
  // asked() comes first: a model whose kernel is gone may throw
  const save = (values) => {
    asked();
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const send = (message) => {
    asked();
    model.send(message);
  };
  const listen = (shows, onMessage = heard) => {
    const events = Object.entries(shows).flatMap(([names, show]) => names.split(" ").map((name) => [`change:${name}`, show]));
    events.push(["msg:custom", onMessage]);
    for (const show of Object.values(shows)) show();
    for (const [event, call] of events) model.on(event, call);
    return () => {
      heard();
      for (const [event, call] of events) model.off(event, call);
    };
  };
  return { heard, save, send, listen };
}

/** Append two lines, for a late kernel and for the model's `error`, and return talk() with its showError(). */
export function addNotices(parent, model, late = () => {}) {
  const [note, error] = [0, 1].map(() => add(parent, "div", "notice", "", { role: "alert" }));
  const say = (line, text) => {
    line.textContent = text;
    line.hidden = !text;
  };
  const talking = talk(model, (isLate) => {
    say(note, isLate ? LATE : "");
    late(isLate);
  });
  note.hidden = true;
  const showError = () => {
    talking.heard();
    say(error, model.get("error") && `⚠ ${model.get("error")}`);
  };
  return { ...talking, showError };
}

/** Make rows of buttons few stops for Tab, lists of them, with arrow keys, Home and End inside; upright: the rows are columns. */
export function addWalk(rows, { stops = [rows.flat()], upright = false } = {}) {
  for (const stop of stops) {
    const reach = (button) => stop.forEach((other) => (other.tabIndex = other === button ? 0 : -1));
    stop.forEach((button) => button.addEventListener("focus", () => reach(button)));
    reach(stop[0]);
  }
  const within = (list, at) => list[Math.min(list.length - 1, Math.max(0, at))];
  rows.forEach((row, i) => row.forEach((button, j) => button.addEventListener("keydown", (event) => {
    const [across, along] = upright ? [1, 0] : [0, 1], step = STEPS[event.key];
    const to = { Home: 0, End: Infinity }[event.key] ?? (step && j + step[along]);
    // keys that mean something to a button must not reach the notebook, where they would run or select cells
    if (to !== undefined || event.key === "Enter" || event.key === " ") event.stopPropagation();
    if (to === undefined) return;
    event.preventDefault();
    within(within(rows, i + (step?.[across] ?? 0)), to).focus();
  })));
}

/** Append a line of text that can be copied. */
export function addCopyLine(parent, label, text) {
  const line = add(parent, "div", "copy-line");
  const field = add(line, "textarea", "", "", { "aria-label": label });
  field.readOnly = true;
  field.value = text;
  field.rows = 2;
  const button = addButton(line, "Copy", `Copy: ${label}`, async () => {
    try {
      await navigator.clipboard.writeText(field.value);
    } catch { // no permission, or no https
      field.select();
      document.execCommand("copy");
    }
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  return line;
}

/** Let the reader save a text as a file. */
export function download(name, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
