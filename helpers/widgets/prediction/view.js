// A prediction in the browser. The model: about {question, kind, and what a kind needs: choices; low, high, unit, log; x, points, xlabel,
// ylabel}; state {locked, revealed, words, guess, measured}, without the last two until a guess is locked; error, a sentence, "" for none.
// What the view sends: {type: "lock", guess}; the model sends {heard: true} when it has taken it in.

import { add, addButton, addNotices, addShape } from "../shared.js";
import { HEIGHT, drawCurve, drawNumber, short } from "./axes.js";

let predictions = 0;

/** Append an SVG element that is drawn again when its width changes; pull(event) is called while a pointer holds it. */
function addDrawing(parent, height, draw, pull) {
  const box = add(parent, "div", "drawing"), svg = addShape(box, "svg", { height, class: "open", "aria-hidden": "true" });
  let held = false;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    held = true;
    svg.setPointerCapture(event.pointerId);
    pull(event, svg.getBoundingClientRect(), true);
  });
  svg.addEventListener("pointermove", (event) => held && pull(event, svg.getBoundingClientRect(), false));
  for (const end of ["pointerup", "pointercancel"]) svg.addEventListener(end, () => (held = false));
  const watch = new ResizeObserver(draw);
  watch.observe(box);
  return { box, svg, stop: () => watch.disconnect() };
}

/** The choice: {value, show, stop}; value() is the guess or undefined. */
function addChoice(parent, { choices }, id, changed) {
  const row = add(parent, "div", "row", "", { role: "radiogroup", "aria-labelledby": id }), boxes = choices.map((choice) => {
    const label = add(row, "label"), box = add(label, "input", "", "", { type: "radio", name: id, value: choice });
    box.addEventListener("change", changed);
    label.append(choice);
    return box;
  });
  const show = ({ locked, guess, measured }) => {
    if (!locked) return;
    for (const name of ["role", "aria-labelledby"]) row.removeAttribute(name);
    row.replaceChildren();
    for (const choice of choices) {
      const mine = choice === guess, found = choice === measured;
      const words = [choice, mine && found ? " (your guess, and measured)" : mine ? " (your guess)" : found ? " (measured)" : ""];
      add(row, "span", [mine && "chosen", found && "found", !mine && !found && "quiet"].filter(Boolean).join(" "), words.join(""));
    }
  };
  return { value: () => boxes.find((box) => box.checked)?.value, show, stop() {} };
}

/** The number: typed, or pointed at on its line. */
function addNumber(parent, about, id, changed, lock) {
  const { low, high, log, unit } = about, row = add(parent, "div", "row"), label = add(row, "label", "", "Your guess");
  const field = add(label, "input", "", "", { type: "number", step: "any", min: low, max: high, "aria-describedby": id });
  const range = add(row, "span", "quiet", `${unit ? `${unit}, ` : ""}from ${short(low)} to ${short(high)}`);
  const value = () => {
    const typed = field.value.trim() === "" ? NaN : Number(field.value);
    return typed >= low && typed <= high ? typed : undefined;
  };
  let state = {}, x;
  const draw = () => {
    const guess = state.locked ? state.guess : (value() ?? null);
    x = drawNumber(drawing.svg, about, guess, state.revealed ? state.measured : null);
    drawing.svg.classList.toggle("open", !state.locked);
  };
  const take = () => {
    draw();
    changed();
  };
  field.addEventListener("input", take);
  field.addEventListener("keydown", (event) => event.key === "Enter" && value() !== undefined && lock());
  const drawing = addDrawing(parent, HEIGHT.number, () => draw(), (event, box) => {
    if (state.locked) return;
    const raw = x.back(event.clientX - box.left), step = 10 ** Math.floor(Math.log10((high - low) / 100));
    field.value = log ? Number(raw.toPrecision(2)) : Number((Math.round(raw / step) * step).toPrecision(6));
    take();
  });
  const show = (next) => {
    state = next;
    label.hidden = range.hidden = next.locked;
    draw();
  };
  return { value, show, stop: drawing.stop };
}

/** The curve: drawn with a pointer, or point by point with the arrow keys. */
function addCurve(parent, about, id, changed) {
  const { low, high, points, xlabel, ylabel } = about, heights = points.map(() => null);
  let state = {}, scales, last = null, at = null;
  const draw = () => {
    scales = drawCurve(drawing.svg, about, state.locked ? state.guess : heights, state.revealed ? state.measured : null, at);
    drawing.svg.classList.toggle("open", !state.locked);
  };
  const put = (i, height) => {
    heights[i] = Number(Math.min(high, Math.max(low, height)).toPrecision(4));
    sliders[i].value = heights[i];
    sliders[i].setAttribute("aria-valuetext", short(heights[i]));
  };
  const drawing = addDrawing(parent, HEIGHT.curve, () => draw(), (event, box, first) => {
    if (state.locked) return;
    const now = [event.clientX - box.left, scales.y.back(event.clientY - box.top)], before = first || !last ? now : last;
    const [from, to] = before[0] <= now[0] ? [before, now] : [now, before], places = points.map(scales.x);
    places.forEach((place, i) => {
      if (place >= from[0] && place <= to[0]) put(i, from[0] === to[0] ? now[1] : from[1] + ((to[1] - from[1]) * (place - from[0])) / (to[0] - from[0]));
    });
    const nearest = places.reduce((best, place, i) => (Math.abs(place - now[0]) < Math.abs(places[best] - now[0]) ? i : best), 0);
    put(nearest, now[1]);
    last = now;
    draw();
    changed();
  });
  const keys = add(drawing.box, "div", "heights", "", { role: "group", "aria-labelledby": id }), sliders = points.map((point, i) => {
    const words = { "aria-label": `${ylabel} at ${xlabel} ${short(point)}`, "aria-valuetext": "not drawn yet" };
    const slider = add(keys, "input", "", "", { type: "range", min: low, max: high, step: (high - low) / 50, value: (low + high) / 2, ...words });
    slider.addEventListener("input", () => {
      put(i, Number(slider.value));
      draw();
      changed();
    });
    for (const kind of ["focus", "blur"]) slider.addEventListener(kind, () => {
      at = kind === "focus" ? i : null;
      draw();
    });
    return slider;
  });
  const show = (next) => {
    state = next;
    keys.hidden = next.locked;
    draw();
  };
  return { value: () => (heights.includes(null) ? undefined : heights), show, stop: drawing.stop };
}

const ADD = { choice: addChoice, number: addNumber, curve: addCurve };

function render({ model, el }) {
  const about = model.get("about"), id = `prediction-${++predictions}`, root = add(el, "div", "helpers-panel prediction");
  add(root, "p", "question", about.question, { id });
  const lock = () => send({ type: "lock", guess: part.value() });
  const part = ADD[about.kind](root, about, id, () => changed(), lock);
  const row = add(root, "div", "row"), button = addButton(row, "Lock it in", "Your guess can then not be changed", lock, "main");
  const words = add(row, "div", "words", "", { role: "status" }), { heard, send, listen, showError } = addNotices(root, model);
  const hint = about.kind === "curve" ? "Draw from the left end to the right, or use Tab and the arrow keys." : "";

  function changed() {
    button.disabled = part.value() === undefined;
  }
  function showState() {
    const state = model.get("state");
    heard();
    part.show(state);
    button.hidden = state.locked;
    words.textContent = state.words || hint;
    words.classList.toggle("told", state.revealed);
    changed();
  }
  const end = listen({ state: showState, error: showError });
  return () => {
    end();
    part.stop();
  };
}

export default { render };
