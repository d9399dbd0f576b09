// The digit pad on the screen: it draws what Python computes, and tells Python what the pen does.

const BOARD = 280;
const PIECE = 512 * 1024; // bytes of a file in one message
const MOST_BYTES = 60_000_000; // as in helpers/internals/image_files.py
const PATIENCE = 1500; // milliseconds without an answer until the kernel is called busy

const PAGE = `
  <div class="pad-row">
    <div class="pad-board">
      <canvas class="pad-canvas" tabindex="0" role="application" title="Draw here with the mouse, a finger or a pen"></canvas>
      <div class="pad-tools">
        <button class="pad-undo" title="Take back the last stroke, picture or clearing (Ctrl+Z)">Undo</button>
        <button class="pad-clear" title="Empty the board (Delete)">Clear</button>
        <button class="pad-load" title="Load a photo or drawing of one digit from a file">Load image…</button>
        <input class="pad-file" type="file" accept="image/*" aria-label="Image file" hidden>
      </div>
      <label class="pad-pen">Pen width <input type="range" min="6" max="44" step="2"
        title="Width of the pen on the board of 280 pixels; redraws all strokes"> <output></output></label>
      <div class="pad-label" id="samples-ID">Samples: pick one with the mouse or Tab, arrow keys and Enter</div>
      <div class="pad-samples" role="toolbar" aria-labelledby="samples-ID"></div>
    </div>
    <div class="pad-answer">
      <div class="pad-sentence" role="status" aria-live="polite"></div>
      <div class="pad-bars"></div>
      <div class="pad-hidden"></div>
    </div>
  </div>
  <div class="pad-label">From your drawing to what the network gets, stage by stage</div>
  <div class="pad-stages"></div>
  <div class="pad-label pad-nearest-label"></div>
  <div class="pad-nearest"></div>
  <details class="pad-help"><summary>What is this?</summary><dl>
    <dt>Board</dt><dd>Draw one digit with the mouse, a finger or a pen; everything beside it follows as you draw. Drop an
      image file on it to load it. With the board in focus (Tab), the keys 0 to 9 put a sample on it.</dd>
    <dt>Undo, Clear</dt><dd>Take back the last stroke, picture or clearing (Ctrl+Z); empty the board (Delete).</dd>
    <dt>Load image…</dt><dd>A photo, scan or drawing of one digit, dark on light or light on dark. A photo is made black
      and white by a threshold, and strokes too thin for 28 pixels are thickened.</dd>
    <dt>Pen width</dt><dd>Redraws your strokes thinner or thicker: the network knows only pens like MNIST's.</dd>
    <dt>Samples</dt><dd>Digits to put on the board without drawing: Tab, arrow keys, Enter.</dd>
    <dt>Bars</dt><dd>The ten probabilities, which sum to 100 %; the arrow ▶ marks the highest.</dd>
    <dt>Hidden layers</dt><dd>The activation of every neuron, one bar each, layer by layer.</dd>
    <dt>Stages</dt><dd>What becomes of your drawing. Only the last picture reaches the network, white where there is
      ink, as in MNIST. Leave one stage out, and "my handwriting fails".</dd>
    <dt>Nearest training digits</dt><dd>The training images that differ least from yours. The distance is the root of
      the sum of the squared differences of all 784 pixels, each from 0 to 1.</dd>
  </dl></details>`;

let pads = 0;

function render({ model, el }) {
  el.classList.add("digit-pad");
  el.dataset.lmSuppressShortcuts = "true"; // the notebook's own keys (D D deletes a cell) rest in here
  el.innerHTML = PAGE.replaceAll("ID", `${++pads}`);
  const find = (selector) => el.querySelector(selector);
  const board = find(".pad-canvas");
  const ratio = Math.max(1, window.devicePixelRatio || 1);
  board.width = board.height = BOARD * ratio;

  // The pen
  let strokes = model.get("strokes");
  let pointer = null; // the one finger, pen or mouse that draws
  let waiting = null;
  let unsent = false;

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
      const scale = BOARD / Math.max(picture.width, picture.height);
      const [width, height] = [picture.width * scale, picture.height * scale];
      pen.imageSmoothingEnabled = scale < 2;
      pen.drawImage(grayCanvas(picture), (BOARD - width) / 2, (BOARD - height) / 2, width, height);
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
  const send = () => {
    if (waiting) {
      unsent = true;
      return;
    }
    unsent = false;
    waiting = setTimeout(() => answered("The kernel is busy; the answer follows."), PATIENCE);
    model.set("strokes", strokes.map((points) => [...points]));
    model.set("stamp", model.get("stamp") + 1);
    model.save_changes();
  };
  const answered = (note) => {
    clearTimeout(waiting);
    waiting = null;
    if (note) find(".pad-sentence").textContent = note;
    if (unsent) send();
  };
  board.addEventListener("pointerdown", (event) => {
    if (pointer !== null || event.button !== 0) return;
    pointer = event.pointerId;
    board.setPointerCapture(pointer);
    strokes = model.get("sample") ? [[place(event)]] : [...strokes, [place(event)]];
    model.set("sample", false);
    paint();
    send();
  });
  board.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    strokes[strokes.length - 1].push(...(events.length ? events : [event]).map(place));
    paint();
    send();
  });
  const lift = (event) => {
    if (event.pointerId !== pointer) return;
    pointer = null;
    send();
  };
  board.addEventListener("pointerup", lift);
  board.addEventListener("pointercancel", lift);

  // The buttons
  const tell = (message) => {
    unsent = false; // what the pen has not yet sent is gone with the board it was on
    model.send(message);
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
    paint();
  };
  width.addEventListener("input", () => {
    model.set("pen", Number(width.value));
    model.save_changes();
    showWidth();
  });
  el.addEventListener("keydown", (event) => {
    event.stopPropagation();
    const onBoard = event.target === board;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") undo();
    else if (onBoard && (event.key === "Delete" || event.key === "Backspace")) clear();
    else if (onBoard && /^[0-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      find(".pad-samples").children[Number(event.key)]?.click();
    } else return;
    event.preventDefault();
  });

  // The samples
  const samples = find(".pad-samples");
  model.get("samples").forEach((sample, number) => {
    const button = document.createElement("button");
    button.setAttribute("aria-label", `Sample ${sample.name}`);
    button.title = `Put this ${sample.name} on the board`;
    button.tabIndex = number === 0 ? 0 : -1;
    button.append(grayCanvas(sample));
    button.addEventListener("click", () => tell({ type: "sample", number }));
    samples.append(button);
  });
  samples.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const buttons = [...samples.children];
    const at = buttons.indexOf(event.target);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = buttons[(at + step + buttons.length) % buttons.length];
    buttons.forEach((button) => (button.tabIndex = button === next ? 0 : -1));
    next.focus();
  });

  // The answer
  const names = model.get("class_names");
  const bars = names.map(() => {
    const row = document.createElement("div");
    row.className = "pad-bar";
    row.innerHTML = '<span class="pad-name"></span><span class="pad-track"><span></span></span><span class="pad-share"></span>';
    find(".pad-bars").append(row);
    return row;
  });
  const showAnswer = () => {
    const answer = model.get("answer");
    el.style.minHeight = answer.stages.length ? "" : `${el.offsetHeight}px`; // an empty board moves nothing below it
    if (answer.stamp >= model.get("stamp")) answered();
    find(".pad-sentence").textContent = answer.sentence;
    board.setAttribute("aria-label", `Board to draw a digit on. ${answer.sentence}`);
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
  const showBoard = () => {
    if (pointer === null) {
      strokes = model.get("strokes").map((points) => [...points]);
      paint();
    }
  };
  model.on("change:answer", showAnswer);
  model.on("change:strokes", showBoard);
  model.on("change:picture", showBoard);
  model.on("change:pen", showWidth);
  showWidth();
  showAnswer();
  return () => {
    clearTimeout(waiting);
    model.off("change:answer", showAnswer);
    model.off("change:strokes", showBoard);
    model.off("change:picture", showBoard);
    model.off("change:pen", showWidth);
  };
}

async function upload(model, file) {
  const parts = file.size > MOST_BYTES ? 1 : Math.max(1, Math.ceil(file.size / PIECE)); // Python refuses the large ones
  for (let part = 0; part < parts; part++) {
    const piece = await file.slice(part * PIECE, (part + 1) * PIECE).arrayBuffer();
    model.send({ type: "file", name: file.name, part, parts, size: file.size }, undefined, [piece]);
  }
}

// A picture of gray values from 0, black, to 255, white, as a canvas of its own size.
function grayCanvas({ width, height, data }) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const bytes = new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, width * height);
  const pixels = new ImageData(width, height);
  bytes.forEach((value, i) => pixels.data.set([value, value, value, 255], 4 * i));
  canvas.getContext("2d").putImageData(pixels, 0, 0);
  return canvas;
}

function figure(picture, title, note) {
  const frame = document.createElement("figure");
  const [caption, small] = [document.createElement("figcaption"), document.createElement("div")];
  caption.textContent = title;
  small.textContent = note;
  small.className = "pad-note";
  picture.setAttribute("role", "img");
  picture.setAttribute("aria-label", `${title}: ${note}`);
  frame.append(caption, picture, small);
  return frame;
}

function stageFigure(stage, number) {
  const picture = grayCanvas(stage);
  const scale = 112 / Math.max(stage.width, stage.height);
  picture.style.width = `${stage.width * scale}px`;
  return figure(picture, `${number + 1} ${stage.name}`, stage.note);
}

// The activations of a layer as bars from one line, the highest as high as the picture.
function layerFigure({ name, values, note }) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [480, 96];
  const pen = canvas.getContext("2d");
  const [highest, lowest] = [Math.max(0, ...values), Math.min(0, ...values)];
  const scale = 90 / (highest - lowest || 1);
  const line = 93 - Math.round(-lowest * scale);
  const step = Math.min(480 / values.length, 40);
  pen.fillStyle = "#0072B2";
  values.forEach((value, i) => {
    const height = value * scale;
    pen.fillRect(i * step + step * 0.1, line - Math.max(height, 0), Math.max(step * 0.8, 0.6), Math.abs(height));
  });
  pen.fillStyle = "#000000";
  pen.fillRect(0, line, values.length * step, 1.5);
  return figure(canvas, name, note);
}

export default { render };
