// The digit pad on the screen: `render({model, el})`. It knows nothing of notebooks; whoever has this model can drive it.
//
// What the model holds, by whom it is set:
//   strokes      both    lists of points [x, y] on a board of 280 by 280
//   stamp        view    a number that rises with every sending of strokes
//   pen          view    the width of the pen
//   sample       both    whether the next stroke replaces what lies there
//   network      view    the number of the network that is asked, among networks
//   picture      model   the picture on the board, {} where strokes lie there
//   samples, class_names, networks   model   what can be picked: pictures with a name, texts, texts
//   answer       model   {stamp, sentence, doubts, redraw, probabilities, shares, stages, hidden, nearest, nearest_note}, of the
//                        strokes with this stamp; then the view sends again
//   kept         model   the digits that were kept: {labels, said, data}
//   error        model   a sentence, "" for none
// A picture: {width, height, data, name, note}, data from 0, black, to 255, white.
// What the view sends: {type: "undo" | "clear" | "forget"}, {type: "sample", number}, {type: "keep", label}, {type: "crop",
// box: [left, top, right, bottom]} in fractions, {type: "file", name, part, parts, size} with a piece of the file.

import { figure, grayCanvas, layerFigure, stageFigure } from "./pictures.js";
import { LATE, STEPS, add, download, imageAt, ownKeys, talk } from "../shared.js";

const BOARD = 280, PEN = 20;
const PIECE = 512 * 1024; // bytes of a file in one message
const MOST_BYTES = 60_000_000; // as in helpers/internals/image_files.py

const PAGE = `
  <div class="pad-row">
    <div class="pad-board">
      <div class="pad-paper">
        <canvas class="pad-canvas picture" tabindex="0" role="application" title="Draw here with the mouse, a finger or a pen"></canvas>
        <div class="pad-cut" hidden></div>
      </div>
      <div class="pad-tools">
        <button class="pad-undo" title="Take back the last stroke, picture or clearing (Ctrl+Z)">Undo</button>
        <button class="pad-clear" title="Empty the board (Delete)">Clear</button>
        <button class="pad-load" title="Load a photo or drawing of one digit from a file">Load image…</button>
        <button class="pad-crop" aria-pressed="false" title="Cut the picture on the board down to a rectangle">Crop</button>
        <input class="pad-file" type="file" accept="image/*" aria-label="Image file" hidden>
      </div>
      <div class="pad-pen"><label for="pen-ID">Pen width</label> <input id="pen-ID" type="range" min="6" max="44" step="2"
        title="Width of the pen on the board of 280 pixels; redraws all strokes"> <output for="pen-ID"></output></div>
      <div class="pad-label" id="samples-ID">Samples: pick one with the mouse or Tab, arrow keys and Enter</div>
      <div class="pad-samples" role="toolbar" aria-labelledby="samples-ID"></div>
    </div>
    <div class="pad-answer">
      <div class="pad-networks"><label for="network-ID">Network</label> <select id="network-ID"></select></div>
      <div class="pad-said" role="status" aria-live="polite">
        <div class="pad-sentence"></div>
        <ul class="pad-doubts"></ul>
      </div>
      <button class="pad-redraw" hidden>Draw it again with a pen of ${PEN}</button>
      <div class="pad-bars"></div>
      <div class="pad-hidden"></div>
    </div>
  </div>
  <div class="pad-label">From your drawing to what the network gets, stage by stage</div>
  <div class="pad-stages"></div>
  <div class="pad-label pad-nearest-label"></div>
  <div class="pad-nearest"></div>
  <details class="pad-collect"><summary>Collect your own digits</summary>
    <p>Draw a digit and say which it is; it is kept, in MNIST's form, and the board is empty for the next.</p>
    <div class="pad-labels" role="toolbar" aria-label="The digit on the board is"></div>
    <p class="pad-score" role="status"></p>
    <div class="pad-kept"></div>
    <div class="pad-tools">
      <button class="pad-forget" title="Forget the digit that was kept last">Forget the last</button>
      <button class="pad-save" title="All digits kept, one line each, for load_csv">Save as CSV</button>
    </div>
  </details>
  <details><summary>What is this?</summary><dl>
    <dt>Board</dt><dd>Draw one digit with the mouse, a finger or a pen; everything beside it follows as you draw. Drop an
      image file on it to load it. With the board in focus (Tab), the keys 0 to 9 put a sample on it.</dd>
    <dt>Undo, Clear</dt><dd>Take back the last stroke, picture or clearing (Ctrl+Z); empty the board (Delete).</dd>
    <dt>Load image…</dt><dd>A photo, scan or drawing of one digit, dark on light or light on dark. A photo is made black
      and white by a threshold, and strokes too thin for 28 pixels are thickened.</dd>
    <dt>Crop</dt><dd>Drag a rectangle around the digit on a loaded picture. By keyboard: the arrow keys move the rectangle,
      with Shift they change its size, Enter cuts, Escape leaves all as it was.</dd>
    <dt>Pen width</dt><dd>Redraws your strokes thinner or thicker: the network knows only pens like MNIST's.</dd>
    <dt>Samples</dt><dd>Digits to put on the board without drawing: Tab, arrow keys, Enter.</dd>
    <dt>Sentence</dt><dd>The most probable class; below it, what makes the picture unlike one digit of MNIST, or the answer
      unlike the labels of the nearest training digits. A network is sure of itself also where it should not be.</dd>
    <dt>Bars</dt><dd>The probabilities of all classes, which sum to 100 %; the arrow ▶ marks the highest.</dd>
    <dt>Hidden layers</dt><dd>The activation of every neuron, one bar each, layer by layer.</dd>
    <dt>Stages</dt><dd>What becomes of your drawing. Only the last picture reaches the network, white where there is
      ink, as in MNIST. Leave one stage out, and "my handwriting fails".</dd>
    <dt>Nearest training digits</dt><dd>The training images that differ least from yours. The distance is the root of
      the sum of the squared differences of all 784 pixels, each from 0 to 1.</dd>
    <dt>Collect your own digits</dt><dd>The score is that of the network chosen now. In the notebook, <code>pad.collected</code>
      is the same as a Dataset; <code>load_csv</code> reads the file.</dd>
  </dl></details>`;

let pads = 0;

function render({ model, el }) {
  el = add(el, "div", "helpers-panel digit-pad");
  el.innerHTML = PAGE.replaceAll("-ID", `-pad-${++pads}`);
  el.querySelectorAll("button, input, select, summary, canvas").forEach(ownKeys);
  const find = (selector) => el.querySelector(selector);
  const board = find(".pad-canvas");
  const ratio = Math.max(1, window.devicePixelRatio || 1);
  board.width = board.height = BOARD * ratio;

  // The pen
  let strokes = model.get("strokes");
  let pointer = null; // the one finger, pen or mouse that draws
  let waiting = false, unsent = false;
  let cut = null; // the corners of the rectangle to crop to, on the board
  let late = false; // whether an answer is
  const { heard, save, send, listen } = talk(model, (isLate) => {
    late = isLate;
    showSentence();
  });

  const place = (event) => {
    const box = board.getBoundingClientRect();
    const along = (value, from, length) => Math.round((10 * BOARD * (value - from)) / length) / 10;
    return [along(event.clientX, box.left, box.width), along(event.clientY, box.top, box.height)];
  };
  const paint = () => {
    const pen = board.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = "white";
    pen.fillRect(0, 0, BOARD, BOARD);
    const picture = model.get("picture");
    if (picture.data && strokes.length === 0) {
      pen.imageSmoothingEnabled = BOARD / Math.max(picture.width, picture.height) < 2;
      pen.drawImage(grayCanvas(picture), ...shownPicture());
    }
    pen.lineWidth = model.get("pen");
    pen.lineCap = pen.lineJoin = "round";
    pen.strokeStyle = "black";
    for (const points of strokes) {
      pen.beginPath();
      pen.moveTo(...points[0]);
      for (const [x, y] of points) pen.lineTo(x + 0.01, y); // a dot is a line, too
      pen.stroke();
    }
  };
  const sendStrokes = () => {
    unsent = waiting;
    if (waiting) return;
    waiting = true;
    save({ strokes: strokes.map((points) => [...points]), stamp: model.get("stamp") + 1 });
  };
  const answered = () => {
    waiting = false;
    heard();
    if (unsent) sendStrokes();
  };
  board.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    board.setPointerCapture(pointer);
    if (cut) return showCut([...place(event), ...place(event)]);
    strokes = model.get("sample") ? [[place(event)]] : [...strokes, [place(event)]];
    model.set("sample", false);
    paint();
    sendStrokes();
  });
  board.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    if (cut) return showCut([...cut.slice(0, 2), ...place(event)]);
    const events = event.getCoalescedEvents?.() ?? [];
    strokes[strokes.length - 1].push(...(events.length ? events : [event]).map(place));
    paint();
    sendStrokes();
  });
  for (const end of ["pointerup", "pointercancel"]) board.addEventListener(end, (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    if (cut) doCut();
    else sendStrokes();
  });

  // The rectangle to crop to
  const shownPicture = () => {
    const { width, height } = model.get("picture"), scale = BOARD / Math.max(width, height);
    return [(BOARD - width * scale) / 2, (BOARD - height * scale) / 2, width * scale, height * scale];
  };
  const edges = () => [Math.min(cut[0], cut[2]), Math.min(cut[1], cut[3]), Math.max(cut[0], cut[2]), Math.max(cut[1], cut[3])];
  const showCut = (corners) => {
    cut = corners?.map((place) => Math.max(0, Math.min(BOARD, place)));
    find(".pad-cut").hidden = !cut;
    find(".pad-crop").setAttribute("aria-pressed", String(Boolean(cut)));
    if (!cut) return;
    const [left, top, right, bottom] = edges();
    const sides = { left, top, width: right - left, height: bottom - top };
    for (const [side, at] of Object.entries(sides)) find(".pad-cut").style[side] = `${(100 * at) / BOARD}%`;
  };
  const doCut = () => {
    const [left, top, width, height] = shownPicture(), [x1, y1, x2, y2] = edges();
    if (Math.min(x2 - x1, y2 - y1) < 4) return; // a click, and no rectangle yet
    const box = [(x1 - left) / width, (y1 - top) / height, (x2 - left) / width, (y2 - top) / height];
    showCut(null);
    tell({ type: "crop", box });
  };
  const cutByKeys = (event) => {
    const step = STEPS[event.key];
    if (event.key === "Enter") doCut();
    else if (event.key === "Escape") showCut(null);
    else if (step) showCut(cut.map((at, i) => (event.shiftKey && i < 2 ? at : at + 7 * step[1 - (i % 2)])));
    else return;
    event.preventDefault();
  };
  find(".pad-crop").addEventListener("click", () => {
    showCut(cut ? null : [70, 70, 210, 210]);
    if (cut) board.focus();
  });

  // The buttons
  const tell = (message) => {
    unsent = false; // what the pen has not yet sent is gone with the board it was on
    send(message);
  };
  const undo = () => tell({ type: "undo" });
  const clear = () => tell({ type: "clear" });
  find(".pad-undo").addEventListener("click", undo);
  find(".pad-clear").addEventListener("click", clear);
  find(".pad-load").addEventListener("click", () => find(".pad-file").click());
  find(".pad-file").addEventListener("change", async (event) => {
    const file = event.target.files[0];
    if (file) await upload(model, file);
    event.target.value = ""; // so that the same file can be loaded again
  });
  board.addEventListener("dragover", (event) => event.preventDefault());
  board.addEventListener("drop", (event) => {
    event.preventDefault();
    if (event.dataTransfer.files[0]) upload(model, event.dataTransfer.files[0]);
  });
  const width = find(".pad-pen input");
  const showWidth = () => {
    width.value = model.get("pen");
    find(".pad-pen output").textContent = `${model.get("pen")} of ${BOARD} px`;
    width.setAttribute("aria-valuetext", `${model.get("pen")} of ${BOARD} pixels`);
    paint();
  };
  width.addEventListener("input", () => save({ pen: Number(width.value) }));
  find(".pad-redraw").addEventListener("click", () => {
    save({ pen: PEN });
    board.focus();
  });
  const networks = find(".pad-networks select");
  const showNetworks = () => {
    networks.replaceChildren();
    model.get("networks").forEach((name) => add(networks, "option", "", name));
    networks.parentElement.hidden = networks.length < 2;
    networks.selectedIndex = model.get("network");
  };
  networks.addEventListener("change", () => save({ network: networks.selectedIndex }));
  el.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const onBoard = event.target === board;
    if (onBoard && cut) return cutByKeys(event);
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") undo();
    else if (onBoard && (event.key === "Delete" || event.key === "Backspace")) clear();
    else if (onBoard && /^[0-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      find(".pad-samples").children[Number(event.key)]?.click();
    } else return;
    event.preventDefault();
  });

  // The samples, and the labels of digits to keep: one stop for Tab each, arrow keys inside
  const names = model.get("class_names");
  const addToolbar = (toolbar, items, fill) => {
    items.forEach((item, number) => {
      const button = add(toolbar, "button");
      fill(button, item, number);
      button.tabIndex = number === 0 ? 0 : -1;
    });
    toolbar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const buttons = [...toolbar.children], at = buttons.indexOf(event.target);
      if (!step || at < 0) return;
      event.preventDefault();
      const next = buttons[(at + step + buttons.length) % buttons.length];
      buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
      next.focus();
    });
  };
  addToolbar(find(".pad-samples"), model.get("samples"), (button, sample, number) => {
    button.setAttribute("aria-label", `Sample ${sample.name}`);
    button.title = `Put this ${sample.name} on the board`;
    button.append(grayCanvas(sample, "picture"));
    button.addEventListener("click", () => tell({ type: "sample", number }));
  });
  addToolbar(find(".pad-labels"), names, (button, name, label) => {
    button.textContent = name;
    button.title = `Keep the digit on the board: it is ${name}`;
    button.addEventListener("click", () => tell({ type: "keep", label }));
  });
  find(".pad-forget").addEventListener("click", () => tell({ type: "forget" }));
  find(".pad-save").addEventListener("click", () => {
    const { labels, data } = model.get("kept");
    const lines = labels.map((label, i) => [names[label], ...imageAt(data, i, [28, 28])].join(","));
    const pixels = Array.from({ length: 784 }, (_, i) => `pixel${i}`);
    download("my_digits.csv", "text/csv", `${["label", ...pixels].join(",")}\n${lines.join("\n")}\n`);
  });
  const showKept = () => {
    heard();
    const { labels, said, data } = model.get("kept"), right = labels.filter((label, i) => label === said[i]).length;
    find(".pad-score").textContent = labels.length ? `${right} of ${labels.length} read right.` : "None kept yet.";
    find(".pad-forget").disabled = find(".pad-save").disabled = labels.length === 0;
    find(".pad-kept").replaceChildren(...labels.map((label, i) => {
      const picture = grayCanvas({ width: 28, height: 28, data: imageAt(data, i, [28, 28]) });
      return figure(picture, `${label === said[i] ? "✓" : "✗"} ${names[said[i]]}`, `is ${names[label]}`);
    }));
  };

  // The answer
  const bars = names.map(() => {
    const row = add(find(".pad-bars"), "div", "pad-bar");
    row.innerHTML = '<span class="pad-name"></span><span class="pad-track"><span></span></span><span class="pad-share"></span>';
    return row;
  });
  const showSentence = () => {
    const error = model.get("error"), { sentence, doubts, redraw } = model.get("answer");
    const told = late ? LATE : error && `${error[0].toUpperCase()}${error.slice(1)}. The board is as it was.`;
    find(".pad-sentence").textContent = told ? `⚠ ${told}` : sentence;
    find(".pad-said").classList.toggle("trouble", Boolean(told));
    for (const part of [".pad-bars", ".pad-hidden", ".pad-doubts"]) find(part).classList.toggle("late", Boolean(told));
    find(".pad-doubts").replaceChildren();
    for (const doubt of told ? [] : doubts) add(find(".pad-doubts"), "li", "", doubt);
    find(".pad-redraw").hidden = Boolean(told) || !redraw || model.get("pen") === PEN;
    board.setAttribute("aria-label", `Board to draw a digit on. ${find(".pad-sentence").textContent}`);
  };
  const showAnswer = () => {
    const answer = model.get("answer");
    el.style.minHeight = answer.stages.length ? "" : `${el.offsetHeight}px`; // an empty board moves nothing below it
    if (answer.stamp >= model.get("stamp")) answered();
    showSentence();
    const shares = answer.probabilities;
    const top = shares.indexOf(Math.max(...shares));
    bars.forEach((row, number) => {
      const share = shares[number] ?? 0;
      row.classList.toggle("pad-top", number === top && shares.length > 0);
      row.children[1].firstChild.style.width = `${100 * share}%`;
      row.children[0].textContent = (number === top ? "▶ " : "") + names[number];
      row.children[2].textContent = answer.shares[number] ?? "";
    });
    find(".pad-stages").replaceChildren(...answer.stages.map((stage, number) => stageFigure(stage, number)));
    find(".pad-hidden").replaceChildren(...answer.hidden.map((layer) => layerFigure(layer)));
    find(".pad-nearest-label").textContent = answer.nearest_note;
    find(".pad-nearest").replaceChildren(
      ...answer.nearest.map((near) => figure(grayCanvas(near), near.name, near.distance.toFixed(1))),
    );
  };
  const showError = () => {
    heard();
    showSentence();
  };
  const showBoard = () => {
    find(".pad-crop").disabled = !model.get("picture").data;
    if (find(".pad-crop").disabled) showCut(null);
    if (pointer === null) {
      strokes = model.get("strokes").map((points) => [...points]);
      paint();
    }
  };
  return listen({ networks: showNetworks, "strokes picture": showBoard, pen: showWidth, kept: showKept, answer: showAnswer, error: showError });
}

async function upload(model, file) {
  const parts = file.size > MOST_BYTES ? 1 : Math.max(1, Math.ceil(file.size / PIECE)); // Python refuses the large ones
  for (let part = 0; part < parts; part++) {
    const piece = await file.slice(part * PIECE, (part + 1) * PIECE).arrayBuffer();
    model.send({ type: "file", name: file.name, part, parts, size: file.size }, undefined, [piece]);
  }
}

export default { render };
