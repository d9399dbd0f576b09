// The two charts of the training lab: loss and accuracy over the epochs, as SVG that CSS colors.

import { addShape, emptied, pathThrough } from "../shared.js";

export const TITLES = { loss: "Loss (mean cross-entropy, nats)", accuracy: "Accuracy (fraction)" };
const HEIGHT = 250, NARROWEST = 220;
const LOWEST = 34, HIGHEST = 10; // the space below and above the lines
let clips = 0;

// Accuracies so that equal steps are equal shares of fewer mistakes, and 1 still has a place
const stretched = (accuracy) => Math.log(1.01 / (1.01 - accuracy)) / Math.log(101);
const ACCURACIES = [0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 1];

function lossAxis(runs) {
  const values = runs.flatMap(({ curves }) => [...curves.train_loss.slice(1), ...curves.dev_loss.slice(1)]).filter((value) => value !== null);
  const top = Math.min(5, 1.1 * Math.max(0.45, ...values)); // what lies above, as the loss before the first step, leaves the picture
  const step = [0.1, 0.2, 0.5, 1].find((size) => top / size <= 5.5);
  const ticks = Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => Number((i * step).toFixed(1)));
  return [(value) => value / top, ticks];
}

/** Draw a run, {curves, best, band}, and others, [{run, name, marked}], into an SVG element, which then has the `area` of its lines. */
export function drawChart(svg, kind, run, others, pointed) {
  const width = emptied(svg, HEIGHT, NARROWEST), compared = others.map((other) => other.run);
  const left = 40, margin = width < 320 ? 64 : 106, right = width - (others.length ? margin : 12), bottom = HEIGHT - LOWEST;
  const last = Math.max(2, ...[run, ...compared].map(({ curves }) => curves.dev_loss.length - 1));
  svg.area = { left, right, last };
  const [height, ticks] = kind === "loss" ? lossAxis([run, ...compared]) : [stretched, ACCURACIES];
  const x = (epoch) => left + ((right - left) * epoch) / last, y = (value) => bottom - (bottom - HIGHEST) * height(value);
  const clip = addShape(addShape(svg, "clipPath", { id: `${svg.id ||= `clip-${++clips}`}-clip` }), "rect", { x: left - 1, y: HIGHEST - 4, width: right - left + 8, height: bottom - HIGHEST + 8 });
  for (const tick of ticks) {
    addShape(svg, "line", { x1: left, x2: right, y1: y(tick), y2: y(tick), class: "grid" });
    addShape(svg, "text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, String(tick));
  }
  const every = [1, 2, 5, 10, 20, 25, 50].find((size) => last / size <= (right - left) / 42) ?? 50;
  for (let epoch = 0; epoch <= last; epoch += every) addShape(svg, "text", { x: x(epoch), y: bottom + 16, "text-anchor": "middle" }, String(epoch));
  addShape(svg, "text", { x: (left + right) / 2, y: HEIGHT - 4, "text-anchor": "middle" }, "epoch");
  addShape(svg, "line", { x1: left, x2: right, y1: bottom, y2: bottom, class: "axis" });

  const lines = addShape(svg, "g", { "clip-path": `url(#${clip.parentNode.id})` });
  const path = (values) => pathThrough(values.map((value, i) => (value === null ? null : [x(i), y(value)])));
  const dev = run.curves[`dev_${kind}`], labels = [];
  if (run.band[`dev_${kind}`]) {
    const [low, high] = run.band[`dev_${kind}`].map((values) => values.map((value) => Math.max(0, kind === "loss" ? value : Math.min(1, value))));
    const back = low.map((value, i) => `L${x(i).toFixed(1)} ${y(value).toFixed(1)}`).reverse().join("");
    addShape(lines, "path", { d: `${path(high)}${back}Z`, class: "band" });
  }
  for (const { run: other, name, marked } of others) {
    const values = other.curves[`dev_${kind}`], end = values.findLastIndex((value) => value !== null);
    addShape(lines, "path", { d: path(values), class: marked ? "earlier marked" : "earlier" });
    if (end >= 0) labels.push({ run: other, name, marked, from: [x(end), Math.max(HIGHEST, y(values[end]))] });
  }
  addShape(lines, "path", { d: path(run.curves[`train_${kind}`]), class: "train" });
  addShape(lines, "path", { d: path(dev), class: "dev" });
  if (run.best > 0 && run.best < dev.length) {
    addShape(lines, "line", { x1: x(run.best), x2: x(run.best), y1: HIGHEST, y2: bottom, class: "best" });
    addShape(lines, "circle", { cx: x(run.best), cy: y(dev[run.best]), r: 4, class: "best" });
  }
  const end = dev.findLastIndex((value) => value !== null);
  if (end < dev.length - 1) addShape(svg, "text", { x: x(Math.max(0, end)), y: Math.max(HIGHEST + 6, y(dev[Math.max(0, end)] ?? 5)) + 5, "text-anchor": "middle", class: "lost" }, "✗");
  if (pointed !== null) addShape(lines, "line", { x1: x(pointed), x2: x(pointed), y1: HIGHEST, y2: bottom, class: "pointed" });

  labels.sort((one, other) => one.from[1] - other.from[1]);
  const places = spread(labels.map(({ from }) => from[1]), 14, HIGHEST + 4, bottom);
  labels.forEach(({ run, name, marked, from }, i) => {
    addShape(svg, "line", { x1: from[0] + 2, y1: from[1], x2: right + 8, y2: places[i], class: "leader" });
    addShape(svg, "text", { x: right + 10, y: places[i] + 4, class: marked ? "marked" : "quiet" }, name.length * 6.5 > margin ? `run ${run.number}` : name);
  });
}

/** Move places, in order, so that neighbors are at least `gap` apart and all lie between low and high. */
function spread(places, gap, low, high) {
  const moved = [];
  places.forEach((place, i) => moved.push(Math.max(place, i ? moved[i - 1] + gap : low)));
  for (let i = moved.length - 1, most = high; i >= 0; i--, most = moved[i + 1] - gap) moved[i] = Math.min(moved[i], most);
  return moved;
}

/** Return the values at the epoch pointed at, or at the best one. */
export function inWords(kind, { curves, best }, pointed) {
  const [train, dev] = [curves[`train_${kind}`], curves[`dev_${kind}`]];
  const text = (value) => (value === null || value === undefined ? "not a number" : value.toPrecision(3));
  const at = pointed ?? best, when = at === 0 ? "Before training" : pointed === null ? `Best accuracy at epoch ${at}` : `Epoch ${at}`;
  return pointed === null && best === 0 ? "" : `${when}: training ${text(train[at])}, development ${text(dev[at])}`;
}

/** Return charts, [{kind, svg}], as one SVG file with the colors that they have on the screen. */
export function asFile(charts, title) {
  const widths = charts.map(({ svg }) => svg.viewBox.baseVal.width), total = widths.reduce((sum, width) => sum + width, 0);
  const size = { width: total, height: HEIGHT + 56, viewBox: `0 -56 ${total} ${HEIGHT + 56}` };
  const whole = addShape(document.createElement("div"), "svg", { xmlns: "http://www.w3.org/2000/svg", "font-family": "sans-serif", "font-size": 13, ...size });
  addShape(whole, "rect", { y: -56, width: total, height: HEIGHT + 56, fill: getComputedStyle(charts[0].svg).getPropertyValue("--field") });
  const fill = getComputedStyle(charts[0].svg).color;
  addShape(whole, "text", { x: 6, y: -36, "font-weight": 600, fill }, title);
  charts.forEach(({ kind, svg }, i) => {
    const copy = svg.cloneNode(true), group = addShape(whole, "g", { transform: `translate(${i * widths[0]})` });
    const parts = [...svg.querySelectorAll("*")];
    [...copy.querySelectorAll("*")].forEach((node, k) => {
      const seen = getComputedStyle(parts[k]);
      for (const name of ["stroke", "fill", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-weight"]) {
        node.setAttribute(name, seen.getPropertyValue(name));
      }
    });
    addShape(group, "text", { x: 6, y: -12, fill }, TITLES[kind]);
    group.append(...copy.childNodes);
  });
  return new XMLSerializer().serializeToString(whole);
}
