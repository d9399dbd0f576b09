// The pictures of the digit pad.

import { add, imageAt, paintImage } from "../shared.js";

// A picture of gray values from 0, black, to 255, white, as a canvas of its own size.
export function grayCanvas({ width, height, data }, look = "") {
  const canvas = Object.assign(document.createElement("canvas"), { className: look });
  return paintImage(canvas, imageAt(data, 0, [height, width]), [height, width], (value) => [value, value, value]);
}

export function figure(picture, title, note) {
  const frame = document.createElement("figure");
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", `${title}: ${note}`);
  add(frame, "figcaption", "", title);
  frame.append(picture);
  add(frame, "div", "pad-note", note);
  return frame;
}

export function stageFigure(stage, number) {
  const picture = grayCanvas(stage);
  const scale = 112 / Math.max(stage.width, stage.height);
  picture.style.width = `${stage.width * scale}px`;
  return figure(picture, `${number + 1} ${stage.name}`, stage.note);
}

// The activations of a layer as bars from one line, the highest as high as the picture.
export function layerFigure({ name, values, note }) {
  const canvas = document.createElement("canvas");
  canvas.className = "picture";
  [canvas.width, canvas.height] = [480, 96];
  const pen = canvas.getContext("2d");
  const [highest, lowest] = [Math.max(0, ...values), Math.min(0, ...values)];
  const scale = 90 / (highest - lowest || 1);
  const line = 93 - Math.round(-lowest * scale);
  const step = Math.min(480 / values.length, 40);
  pen.fillStyle = "white";
  pen.fillRect(0, 0, 480, 96);
  pen.fillStyle = "#0072B2";
  values.forEach((value, i) => {
    const height = value * scale;
    pen.fillRect(i * step + step * 0.1, line - Math.max(height, 0), Math.max(step * 0.8, 0.6), Math.abs(height));
  });
  pen.fillStyle = "#000000";
  pen.fillRect(0, line, values.length * step, 1.5);
  return figure(canvas, name, note);
}
