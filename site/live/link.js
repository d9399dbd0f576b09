// The state of the page in its address: #draw=...&learning_rate=0.3&hidden=16-16. Whoever opens the link sees the same.

import { BOARD, PEN } from "./preprocess.js";

const APART = 3, MOST_POINTS = 4000; // pixels of the board between two points of a link

/** Return strokes as text: two signs of base 36 for each x and y, a dot between strokes. */
function strokesAsText(strokes) {
  const signs = (value) => Math.min(BOARD, Math.max(0, Math.round(value))).toString(36).padStart(2, "0");
  return strokes.map((points) => {
    const kept = [points[0]];
    points.forEach(([x, y], i) => (Math.hypot(x - kept.at(-1)[0], y - kept.at(-1)[1]) >= APART || i === points.length - 1) && i > 0 && kept.push([x, y]));
    return kept.map((point) => point.map(signs).join("")).join("");
  }).join(".");
}

/** Return the strokes of such a text, [] where it is none. */
function strokesFromText(text) {
  if (!/^(?:[0-9a-z]{4})+(?:\.(?:[0-9a-z]{4})+)*$/.test(text) || text.length > 4 * MOST_POINTS) return [];
  const strokes = text.split(".").map((part) => part.match(/.{4}/g).map((point) => [point.slice(0, 2), point.slice(2)].map((two) => parseInt(two, 36))));
  return strokes.flat(2).every((value) => value <= BOARD) ? strokes : [];
}

/** Return what an address says: {show, theme, strokes, pen, start}; start: positions of the lab's controls. */
export function readLink(hash, { options }) {
  const words = new URLSearchParams(hash.replace(/^#/, "")), start = {};
  const put = (name, value) => {
    const place = options[name].findIndex((option) => String(option) === value);
    if (place >= 0) start[name] = place;
  };
  for (const [name, value] of words) {
    if (name === "seed" && /^\d{1,4}$/.test(value)) start.seed = Number(value);
    if (name === "hidden") {
      const neurons = value === "none" ? [] : value.split("-");
      put("layers", String(neurons.length));
      neurons.slice(0, options.layers.length - 1).forEach((count, l) => put(`neurons ${l + 1}`, count));
    } else if (options[name]) put(name, value);
  }
  const pen = Number(words.get("pen")), show = (words.get("show") ?? "").split(",").filter(Boolean);
  return { show, theme: words.get("theme"), strokes: strokesFromText(words.get("draw") ?? ""), pen: pen >= 6 && pen <= 44 ? pen : PEN, start };
}

/** Return the hash for a drawing and the lab's settings, as far as they are not those of a fresh page. */
export function writeLink({ strokes, pen, values }, { defaults }) {
  const words = new URLSearchParams();
  if (strokes.length) words.set("draw", strokesAsText(strokes));
  if (strokes.length && pen !== PEN) words.set("pen", pen);
  for (const [name, value] of Object.entries(values ?? {})) {
    if (String(value) !== String(defaults[name])) words.set(name, name === "hidden" ? value.join("-") || "none" : value);
  }
  return words.size ? `#${words}` : "";
}
