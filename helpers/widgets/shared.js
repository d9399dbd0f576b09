// What the views of all panels share. Views know a model (get, set, save_changes, send, on, off) and an element, no more.

const FOCUSABLE = new Set(["button", "input", "select", "summary", "textarea"]);

/** Append an element to a parent and return it. */
export function add(parent, tag, className = "", text = "") {
  const node = parent.appendChild(document.createElement(tag));
  if (className) node.className = className;
  if (text !== "") node.textContent = text;
  if (FOCUSABLE.has(tag)) ownKeys(node);
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

/** Append an element of SVG. */
export function addShape(parent, tag, attributes = {}, text = "") {
  const node = parent.appendChild(document.createElementNS("http://www.w3.org/2000/svg", tag));
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== "") node.textContent = text;
  return node;
}

/** Return image number `i` of bytes that hold images of this shape, one after the other. */
export function imageAt(bytes, i, [height, width]) {
  return new Uint8Array(bytes.buffer ?? bytes, (bytes.byteOffset ?? 0) + i * height * width, height * width);
}

/** Append a canvas of one image; color(byte) gives red, green and blue. Dark themes invert it (shared.css). */
export function addPicture(parent, bytes, [height, width], color, words) {
  const canvas = add(parent, "canvas", "picture");
  [canvas.width, canvas.height] = [width, height];
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", words);
  const context = canvas.getContext("2d"), pixels = context.createImageData(width, height);
  bytes.forEach((byte, i) => pixels.data.set([...color(byte), 255], 4 * i));
  context.putImageData(pixels, 0, 0);
  return canvas;
}

/** Ink from 0 to 255, dark on white. */
export const ink = (byte) => [255 - byte, 255 - byte, 255 - byte];

/** Values around 128: vermillion above, blue below, white between. */
export function signed(byte) {
  const share = Math.min(1, Math.abs(byte - 128) / 127), full = byte > 128 ? [213, 94, 0] : [0, 114, 178];
  return full.map((value) => Math.round(255 + (value - 255) * share));
}

/** Call tell(true) when a question has had no answer for some seconds, tell(false) when one comes after all. */
export function patience(tell, seconds = 10) {
  let timer = null, late = false;
  const heard = () => {
    clearTimeout(timer);
    timer = null;
    if (late) tell((late = false));
  };
  const asked = () => {
    timer ??= setTimeout(() => tell((late = true)), 1000 * seconds);
  };
  return { asked, heard };
}

/** Append a line of text that can be copied. */
export function addCopyLine(parent, label, text) {
  const line = add(parent, "div", "copy-line");
  const field = add(line, "textarea");
  field.readOnly = true;
  field.value = text;
  field.rows = 2;
  field.setAttribute("aria-label", label);
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
