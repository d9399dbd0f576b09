// A number line, and axes with a drawn curve and a measured one, as SVG that CSS colors.

import { addShape, emptied, pathThrough } from "../shared.js";

const TOP = 14, BOTTOM = 40, RIGHT = 16, NARROWEST = 240;
export const HEIGHT = { number: 84, curve: 240 };

/** Return a number as short text. */
export function short(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e6 || size < 1e-4)) return value.toExponential(1).replace(".0e", "e").replace("e+", "e");
  return Number(value.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 6 });
}

function ticks(low, high, log, most) {
  if (log) {
    const first = Math.ceil(Math.log10(low) - 1e-9), last = Math.floor(Math.log10(high) + 1e-9), step = Math.ceil((last - first + 1) / most);
    return Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => 10 ** (first + i * step));
  }
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((size) => power * size >= rough * 0.999), first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor((high - first * step) / step + 1e-9) + 1 }, (_, i) => Number(((first + i) * step).toPrecision(6)));
}

/** Return pixels = scale(value), with `back` from pixels to a value; both stay between the ends. */
function makeScale(low, high, from, to, log) {
  const along = log ? Math.log10 : (value) => value;
  const scale = (value) => from + ((to - from) * (along(Math.min(high, Math.max(low, value))) - along(low))) / (along(high) - along(low));
  scale.back = (pixel) => {
    const share = Math.min(1, Math.max(0, (pixel - from) / (to - from))), value = along(low) + share * (along(high) - along(low));
    return log ? 10 ** value : value;
  };
  return scale;
}

/** Draw a line with the guess and what was measured, numbers or null; return the scale. */
export function drawNumber(svg, { low, high, log, unit }, guess, measured) {
  const width = emptied(svg, HEIGHT.number, NARROWEST), y = 50, x = makeScale(low, high, 16, width - RIGHT, log);
  addShape(svg, "line", { x1: x(low), x2: x(high), y1: y, y2: y, class: "axis" });
  for (const tick of ticks(low, high, log, Math.max(3, Math.floor(width / 90)))) {
    addShape(svg, "line", { x1: x(tick), x2: x(tick), y1: y, y2: y + 5, class: "axis" });
    addShape(svg, "text", { x: x(tick), y: y + 20, "text-anchor": anchor(x(tick), width, 30) }, short(tick));
  }
  if (guess !== null && measured !== null) addShape(svg, "line", { x1: x(guess), x2: x(measured), y1: y, y2: y, class: "measured" });
  const mark = (value, name, kind, row) => {
    const at = x(value), after = unit ? ` ${unit}` : "";
    addShape(svg, "line", { x1: at, x2: at, y1: row + 4, y2: y, class: kind });
    if (kind === "guess") addShape(svg, "circle", { cx: at, cy: y, r: 6, class: kind });
    else addShape(svg, "rect", { x: at - 5, y: y - 5, width: 10, height: 10, class: `mark ${kind}`, transform: `rotate(45 ${at} ${y})` });
    addShape(svg, "text", { x: at, y: row, "text-anchor": anchor(at, width, 80), class: kind }, `${name} ${short(value)}${after}`);
  };
  if (measured !== null) mark(measured, "measured", "measured", 12);
  if (guess !== null) mark(guess, "you", "guess", 30);
  return x;
}

/** Draw axes, the guessed heights (null where none is drawn yet) and the measured ones; return both scales. */
export function drawCurve(svg, { low, high, log, x: all, points, xlabel, ylabel }, guess, measured, at) {
  const width = emptied(svg, HEIGHT.curve, NARROWEST), bottom = HEIGHT.curve - BOTTOM, left = 48;
  const x = makeScale(all[0], all.at(-1), left + 4, width - RIGHT, log), y = makeScale(low, high, bottom, TOP + 10, false);
  addShape(svg, "text", { x: 4, y: TOP - 2 }, ylabel);
  addShape(svg, "text", { x: (left + width) / 2, y: HEIGHT.curve - 4, "text-anchor": "middle" }, xlabel);
  for (const tick of ticks(low, high, false, 5)) {
    addShape(svg, "line", { x1: left, x2: width - RIGHT, y1: y(tick), y2: y(tick), class: "grid" });
    addShape(svg, "text", { x: left - 6, y: y(tick) + 4, "text-anchor": "end" }, short(tick));
  }
  for (const tick of ticks(all[0], all.at(-1), log, Math.max(3, Math.floor(width / 80)))) {
    addShape(svg, "line", { x1: x(tick), x2: x(tick), y1: bottom, y2: bottom + 5, class: "axis" });
    addShape(svg, "text", { x: x(tick), y: bottom + 20, "text-anchor": anchor(x(tick), width, 20) }, short(tick));
  }
  addShape(svg, "line", { x1: left, x2: width - RIGHT, y1: bottom, y2: bottom, class: "axis" });
  const path = (places, heights) => pathThrough(places.map((place, i) => (heights[i] === null ? null : [x(place), y(heights[i])])));
  if (measured) addShape(svg, "path", { d: path(all, measured), class: "measured" });
  addShape(svg, "path", { d: path(points, guess), class: "guess" });
  points.forEach((point, i) => {
    if (guess[i] !== null) addShape(svg, "circle", { cx: x(point), cy: y(guess[i]), r: 4, class: i === at ? "guess at" : "guess" });
    else if (i === at) addShape(svg, "line", { x1: x(point), x2: x(point), y1: TOP, y2: bottom, class: "guess" });
  });
  if (measured) {
    const end = width - RIGHT, legend = [["measured", "measured", 72], ["you", "guess", 150]];
    for (const [name, kind, back] of legend) {
      addShape(svg, "line", { x1: end - back - 28, x2: end - back - 4, y1: 8, y2: 8, class: kind });
      addShape(svg, "text", { x: end - back, y: 12, class: kind }, name);
    }
  }
  return { x, y };
}

function anchor(at, width, space) {
  return at < space ? "start" : at > width - space ? "end" : "middle";
}
