// The training lab on the screen: `render({model, el})`. It knows nothing of notebooks; whoever has this model can drive it.
//
// What the model holds, by whom it is set:
//   controls   model   [{name, label, short, words, texts, first, list, most}]: `texts` are what the positions 0, 1, ... of a
//                      control say (none: a field for a whole number up to `most`); `first`: always in view; `list`: no slider
//   settings   both    {name of a control: its position}
//   live       both    whether each move trains
//   frame      model   the run on show: {phase: "idle" | "training" | "paused", long, said, title, alt, run, weights, answer}
//   page       model   what is known once it has ended: {number, runs, hints: [{text, button}], mistakes, forgotten, lines}
//   error      model   a sentence, "" for none
//   stamp      view    the number of what was asked last;   heard   model   the number of what was last taken in
// A run: {number, settings, curves: {train_loss, train_accuracy, dev_loss, dev_accuracy}, best, accuracy, spread, seeds, band,
// seconds}; a curve begins before the first step and has null where there is no number. Images are bytes, one after the other.
// What the view sends: {do: "train" | "pause" | "stop" | "one_more" | "five_seeds" | "reset" | "undo" | "cure" | "back" | "look",
// number, stamp}.

import { TITLES, asFile, drawChart, inWords } from "./charts.js";
import { add, addButton, addCopyLine, addFold, addHelp, addNotices, addPicture, addShape, download, imageAt, ink, tinted } from "../shared.js";

const BUTTONS = [
  ["train", "Train", "Start a new run with these settings, up to all its epochs"],
  ["pause", "Pause", "Hold the training, or go on with it"],
  ["stop", "Stop", "End the training; its last finished epoch is kept"],
  ["one_more", "One epoch more", "Go on for a single epoch, also after the end"],
  ["five_seeds", "Five seeds", "Repeat this run with four other seeds: how far does its accuracy depend on chance?"],
  ["reset", "Reset", "Forget all runs and put every control back"],
];
const ENABLED = {
  idle: ["train", "one_more", "five_seeds", "reset"],
  training: ["train", "pause", "stop", "reset"],
  paused: ["train", "pause", "stop", "one_more", "reset"],
};
const EARLIER = 5; // runs drawn beside the one on show
const HELP = {
  Live: "Ten epochs after every move. While Train is at work, a move waits until it has ended.",
  "Loss and accuracy": "Before the first step and after each epoch; the dot is the best epoch. Pointing at a chart reads its " +
    "values. The accuracy axis is stretched towards 1: from 0.8 to 0.9 is about as far as from 0.9 to 0.95, since both halve the mistakes.",
  "What the first layer looks for": "The weights of its neurons, one picture each: orange where ink adds, blue where ink takes away.",
  "The surest mistakes": "Development images that the run on show gets wrong, the most certain ones first. “New” ones were right " +
    "in the run shown before; “fixed” ones were wrong there. A click on one shows the answer to it, and goes to a MistakeExplorer(lab).",
  "Five seeds": "The run once more with four other seeds. The table then has mean ± standard deviation, the charts a band of the same.",
  "The table": "A click on a run brings back its settings and its curves; a click on the head of a column sorts.",
  Keyboard: "Tab goes from control to control; the arrow keys, Page up, Page down, Home and End move a slider.",
};
let labs = 0;

function render({ model, el }) {
  const id = `lab-${++labs}`, root = add(el, "div", "helpers-panel training-lab");
  const controls = new Map(model.get("controls").map((control) => [control.name, control]));
  const fields = new Map();
  let settings = model.get("settings"), pointed = null, marked = null, sortBy = ["run", -1];

  // Asking: each question has a number, and is answered when that number is heard
  const ask = (message, values = {}) => {
    save({ stamp: model.get("stamp") + 1, ...values });
    if (message) model.send({ ...message, stamp: model.get("stamp") });
  };

  // The controls
  const first = add(root, "div", "lab-first");
  const more = addFold(root, "More settings");
  const rest = add(more, "div", "lab-rest");
  for (const control of controls.values()) addControl(control);

  function addControl(control) {
    const { name, label, words, texts } = control;
    const box = add(control.first ? first : rest, "div", `lab-control lab-${name.replace(" ", "-")}`);
    const tag = add(box, "label", "", label), range = texts.length > 0 && !control.list;
    const field = add(box, control.list ? "select" : "input");
    tag.htmlFor = field.id = `${id}-${name.replace(" ", "-")}`;
    field.title = words;
    if (control.list) texts.forEach((text, i) => (add(field, "option", "", text).value = i));
    else Object.assign(field, { type: range ? "range" : "number", min: 0, step: 1, max: range ? texts.length - 1 : control.most });
    const output = range ? add(box, "output") : null;
    if (output) output.htmlFor = field.id;
    if (!control.first) {
      const sentence = add(box, "small", "", words);
      field.setAttribute("aria-describedby", (sentence.id = `${field.id}-words`));
    }
    field.addEventListener(control.list ? "change" : "input", () => {
      if (!field.checkValidity() || field.value === "") return;
      settings = { ...settings, [name]: Number(field.value) };
      showControls();
      ask(null, { settings });
      showMoved();
    });
    fields.set(name, { field, output, tag });
  }

  function showControls() {
    for (const [name, { field, output }] of fields) {
      const position = settings[name], text = textAt(name, position);
      if (Number(field.value) !== position || field.value === "") field.value = position;
      if (output) output.value = text;
      if (field.type === "range") field.setAttribute("aria-valuetext", text);
      if (name.startsWith("neurons")) {
        field.disabled = Number(name.split(" ")[1]) > settings.layers;
        field.parentElement.classList.toggle("unused", field.disabled);
      }
    }
  }

  const textAt = (name, position) => controls.get(name).texts[position] ?? String(position);

  // What a run is called by: {short name of a setting: its text}
  function described(positions) {
    const neurons = [...controls.keys()].filter((name) => name.startsWith("neurons")).slice(0, positions.layers);
    const texts = {};
    for (const [name, { label }] of controls) {
      if (name === "layers") texts["Hidden layers"] = neurons.map((each) => textAt(each, positions[each])).join("-") || "none";
      else if (!name.startsWith("neurons")) texts[label] = textAt(name, positions[name]);
    }
    return texts;
  }
  const lower = (label) => label.toLowerCase().replace("l2", "L2");
  const shorts = Object.fromEntries([...controls.values()].map(({ label, short }) => [label, short]));
  const differences = (one, other) => {
    const [texts, others] = [described(one), described(other)];
    return Object.keys(texts).filter((label) => texts[label] !== others[label]).map((label) => [label, texts[label]]);
  };
  function shortName(run, shown) {
    const parts = differences(run.settings, shown.settings).map(([label, text]) => `${shorts[label]} ${text}`.trim());
    const name = parts.join(", ");
    return parts.length && name.length <= 17 ? name : `run ${run.number}`;
  }

  // The buttons
  const bar = add(root, "div", "lab-bar"), buttons = {};
  for (const [name, text, words] of BUTTONS) {
    buttons[name] = addButton(bar, text, words, () => ask({ do: name }), name === "train" ? "main" : "");
  }
  const undo = addButton(bar, "", "Bring the forgotten runs back", () => ask({ do: "undo" }));
  const liveLabel = add(bar, "label", "lab-live"), live = add(liveLabel, "input", "", "", { type: "checkbox" });
  liveLabel.append(" Live");
  liveLabel.title = "Train ten epochs after every move";
  live.addEventListener("change", () => {
    model.set("live", live.checked);
    model.save_changes();
    showMoved();
  });

  // What is said
  const { heard, save, listen, showError } = addNotices(root, model, (late) => body.classList.toggle("late", late));
  const body = add(root, "div", "lab-body");
  const [said, moved] = ["lab-said", "lab-moved"].map((name) => add(body, "div", name, "", { role: "status" }));
  const hints = add(body, "div", "lab-hints");

  // Sliders that disagree with the run on show say so
  function showMoved() {
    const { run, phase, long } = model.get("frame");
    const shown = differences(run.settings, settings), waits = long || !model.get("live");
    const labels = new Set(shown.map(([label]) => label));
    for (const [name, { tag }] of fields) {
      const group = name.startsWith("neurons") || name === "layers" ? "Hidden layers" : controls.get(name).label;
      tag.classList.toggle("moved", waits && labels.has(group));
    }
    const was = shown.map(([label, text]) => `${lower(label)} ${text}`).join(", ");
    let then = "Train starts a run with the new settings.";
    if (long) then = model.get("live") ? "The move is done when the run ends." : "Train ends it and starts a new one.";
    else if (phase === "idle") then = "Train starts the next run.";
    moved.textContent = waits && shown.length ? `The controls have moved: this is run ${run.number} with ${was}. ${then}` : "";
  }

  function showHints() {
    const page = model.get("page"), { run, phase } = model.get("frame");
    const current = phase === "idle" && page.number === run.number;
    hints.replaceChildren();
    (page.hints ?? []).forEach((hint, number) => {
      const line = add(hints, "div", current ? "" : "late");
      add(line, "span").append(Object.assign(document.createElement("b"), { textContent: "Hint. " }), hint.text);
      addButton(line, hint.button, `Do this and train again: ${hint.button}`, () => ask({ do: "cure", number })).disabled = !current;
    });
  }

  // The curves
  const show = add(body, "div", "lab-show"), left = add(show, "div", "lab-curves");
  const heading = add(left, "div", "lab-title"), legend = add(left, "div", "lab-legend"), row = add(left, "div", "lab-charts");
  const charts = ["loss", "accuracy"].map((kind) => {
    const frame = add(row, "div");
    add(frame, "b", "lab-chart-title", TITLES[kind]);
    const caption = add(frame, "div", "lab-caption"), svg = addShape(frame, "svg", { role: "img" });
    svg.addEventListener("pointermove", (event) => {
      const box = svg.getBoundingClientRect(), { run } = model.get("frame");
      const share = (event.clientX - box.left - svg.area.left) / (svg.area.right - svg.area.left);
      point(Math.max(0, Math.min(run.curves.dev_loss.length - 1, Math.round(share * svg.area.last))));
    });
    svg.addEventListener("pointerleave", () => point(null));
    return { kind, svg, caption };
  });
  const point = (epoch) => {
    if (epoch === pointed) return;
    pointed = epoch;
    drawCharts();
  };

  function drawCharts() {
    const { run, alt } = model.get("frame"), others = (model.get("page").runs ?? []).filter((each) => each.number !== run.number);
    const kept = others.slice(-EARLIER), extra = others.find((each) => each.number === marked);
    if (extra && !kept.includes(extra)) kept.unshift(extra);
    for (const { kind, svg, caption } of charts) {
      svg.setAttribute("aria-label", kind === "loss" ? alt : `The accuracy, as described for the loss.`);
      drawChart(svg, kind, run, kept.map((each) => ({ run: each, name: shortName(each, run), marked: each.number === marked })), pointed);
      caption.textContent = inWords(kind, run, pointed);
    }
    legend.replaceChildren();
    const entries = [["train", "training set"], ["dev", "development set"]];
    if (run.band.dev_loss) entries.push(["band", `development set, ${run.seeds} seeds: mean ± standard deviation`]);
    if (kept.length) entries.push(["earlier", "other runs, development set"]);
    for (const [name, text] of entries) add(legend, "span", `lab-key ${name}`, text);
  }

  // The network and its mistakes
  const tiles = add(show, "div", "lab-mistakes"), layer = add(show, "div", "lab-layer");
  const weightsTitle = add(layer, "b"), weights = add(layer, "div", "lab-weights");
  const answer = add(layer, "div", "lab-answer");

  function showWeights() {
    const shown = model.get("frame").weights;
    weightsTitle.hidden = weights.hidden = !shown.count;
    if (weights.hidden) return;
    weightsTitle.textContent = `What the first layer looks for${shown.count < shown.all ? `: ${shown.count} of its ${shown.all} neurons` : ""}`;
    weights.replaceChildren();
    for (let i = 0; i < shown.count; i++) {
      addPicture(weights, imageAt(shown.pixels, i, shown.shape), shown.shape, (byte) => tinted((byte - 128) / 127), `weights of neuron ${i + 1}`);
    }
  }

  const answerTitle = add(answer, "b"), answerPicture = add(answer, "div"), bars = add(answer, "ul");
  addButton(answer, "Another image", "The next image of the development set", () => ask({ do: "look", number: model.get("frame").answer.column + 1 }));

  function showAnswer() {
    const { column, shape, pixels, names, shares, texts, is } = model.get("frame").answer, said = shares.indexOf(Math.max(...shares));
    answerTitle.textContent = `The answer to image ${column}, which is ${names[is]}`;
    answerPicture.replaceChildren();
    addPicture(answerPicture, imageAt(pixels, 0, shape), shape, ink, `image ${column}`);
    bars.replaceChildren();
    names.forEach((name, i) => {
      const line = add(bars, "li", i === is ? "is" : i === said ? "wrong" : "");
      add(line, "span", "", `${i === is ? "✓ " : i === said ? "✗ " : ""}${name}`);
      add(add(line, "span", "track"), "i").style.width = `${100 * (shares[i] ?? 0)}%`;
      add(line, "span", "", texts[i]);
    });
  }

  function showMistakes() {
    const { mistakes } = model.get("page");
    tiles.replaceChildren();
    if (!mistakes) return;
    add(tiles, "b", "", "The surest mistakes");
    add(tiles, "div", "lab-caption", mistakes.said);
    const list = add(tiles, "ul", "lab-tiles");
    mistakes.tiles.forEach((tile, i) => {
      const item = add(list, "li", tile.state), what = tile.state === "fixed" ? "said" : "says";
      const holder = addButton(item, "", "Watch the answer to it, here and in a mistake explorer that follows", () => ask({ do: "look", number: tile.column }));
      const words = `${what} ${tile.said}, is ${tile.is}${tile.state ? `, ${tile.state}` : ""}`;
      addPicture(holder, imageAt(mistakes.pixels, i, mistakes.shape), mistakes.shape, ink, words);
      const text = add(holder, "span", "", `${what} ${tile.said}`);
      text.title = `${words}; ${tile.sure} sure`;
      add(holder, "span", "is", `is ${tile.is}`);
      if (tile.state) add(holder, "em", "", tile.state);
    });
  }

  // The table of runs
  const table = add(body, "div", "lab-runs");
  const number = (value) => (value === null || value === undefined ? "–" : value.toFixed(3));
  const last = (run, column) => run.curves[column].at(-1);

  function showRuns() {
    const runs = model.get("page").runs ?? [], shown = model.get("frame").run.number;
    const focused = table.contains(document.activeElement) ? document.activeElement.textContent : null;
    const texts = new Map(runs.map((run) => [run.number, described(run.settings)]));
    const varied = Object.keys(described(settings)).filter((label) => new Set([...texts.values()].map((text) => text[label])).size > 1);
    const columns = { run: (run) => [run.number, String(run.number)] };
    columns["best dev accuracy"] = (run) => [run.accuracy ?? -1, number(run.accuracy) + (run.spread === null ? "" : ` ± ${number(run.spread)}`)];
    for (const label of varied) {
      const names = [...controls.values()].filter((control) => control.label === label).map((control) => control.name);
      const key = (run) => (label === "Hidden layers" ? texts.get(run.number)[label] : run.settings[names[0]]);
      columns[lower(label)] = (run) => [key(run), texts.get(run.number)[label]];
    }
    columns["last train accuracy"] = (run) => [last(run, "train_accuracy") ?? -1, number(last(run, "train_accuracy"))];
    columns["last dev loss"] = (run) => [last(run, "dev_loss") ?? Infinity, number(last(run, "dev_loss"))];
    columns.epochs = (run) => [run.curves.dev_loss.length, `${run.curves.dev_loss.length - 1} (best ${run.best})`];
    columns.seconds = (run) => [run.seconds, run.seconds.toFixed(2)];
    const [by, way] = columns[sortBy[0]] ? sortBy : ["run", -1];
    const order = (run) => columns[by](run)[0];
    const sorted = [...runs].sort((one, other) => way * (order(one) > order(other) ? 1 : order(one) < order(other) ? -1 : one.number - other.number));
    table.replaceChildren();
    const grid = add(table, "table");
    add(grid, "caption", "", "Runs: a click on one brings back its settings and its curves.");
    const head = add(add(grid, "thead"), "tr");
    for (const name of Object.keys(columns)) {
      const cell = add(head, "th");
      cell.scope = "col";
      if (name === by) cell.setAttribute("aria-sort", way < 0 ? "descending" : "ascending");
      addButton(cell, name + (name === by ? (way < 0 ? " ▼" : " ▲") : ""), `Sort by ${name}`, () => {
        sortBy = [name, name === by ? -way : -1];
        showRuns();
        table.querySelector("th[aria-sort] button").focus();
      });
    }
    const lines = add(grid, "tbody");
    for (const run of sorted) {
      const line = add(lines, "tr", run.number === shown ? "shown" : ""), before = runs[runs.indexOf(run) - 1];
      const changed = new Set(before ? differences(run.settings, before.settings).map(([label]) => lower(label)) : []);
      for (const [name, value] of Object.entries(columns)) {
        const cell = add(line, name === "run" ? "th" : "td");
        if (name !== "run") {
          cell.append(changed.has(name) ? Object.assign(document.createElement("b"), { textContent: value(run)[1] }) : value(run)[1]);
          continue;
        }
        cell.scope = "row";
        const button = addButton(cell, `${run.number === shown ? "▶ " : ""}run ${run.number}`, "Back to these settings", () => ask({ do: "back", number: run.number }));
        if (run.number === shown) button.setAttribute("aria-current", "true");
        if (focused?.endsWith(`run ${run.number}`)) button.focus();
      }
      const mark = (value) => () => {
        marked = value;
        drawCharts();
      };
      line.addEventListener("pointerenter", mark(run.number));
      line.addEventListener("pointerleave", mark(null));
      line.addEventListener("focusin", mark(run.number));
      line.addEventListener("focusout", mark(null));
    }
  }

  // What can be taken along
  const fold = addFold(body, "As code, and files"), lines = add(fold, "div"), files = add(fold, "div", "lab-bar");
  addButton(files, "History as CSV", "A row per epoch of the run on show", () => {
    const { run } = model.get("frame"), names = Object.keys(run.curves);
    const rows = run.curves.dev_loss.map((_, epoch) => [epoch, ...names.map((name) => run.curves[name][epoch] ?? "nan")].join(","));
    download(`run_${run.number}.csv`, "text/csv", [`epoch,${names.join(",")}`, ...rows, ""].join("\n"));
  });
  addButton(files, "Curves as SVG", "Both charts as they stand, for a text or a slide", () => {
    download(`run_${model.get("frame").run.number}.svg`, "image/svg+xml", asFile(charts, model.get("frame").title));
  });
  const explained = [...controls.values()].filter(({ name }) => !/neurons [2-9]/.test(name)).map(({ label, words }) => [label.replace(/ 1$/, ""), words]);
  addHelp(body, [...explained, ...Object.entries(HELP)]);

  // What the model tells
  function showFrame() {
    const { phase, said: text, title, run } = model.get("frame");
    said.textContent = text;
    heading.textContent = title;
    for (const [name] of BUTTONS) buttons[name].disabled = !ENABLED[phase].includes(name);
    const paused = phase === "paused";
    if (buttons.pause.textContent !== (paused ? "Resume" : "Pause")) buttons.pause.textContent = paused ? "Resume" : "Pause";
    if (pointed !== null && pointed >= run.curves.dev_loss.length) pointed = null;
    drawCharts();
    showWeights();
    showAnswer();
    showMoved();
    showHints();
  }
  function showPage() {
    const { forgotten = 0, lines: texts = [] } = model.get("page");
    undo.hidden = !forgotten;
    undo.textContent = `Undo: bring back ${forgotten} run${forgotten === 1 ? "" : "s"}`;
    showMistakes();
    showRuns();
    lines.replaceChildren();
    for (const [label, text] of texts) {
      add(lines, "div", "lab-caption", label);
      addCopyLine(lines, label, text);
    }
    drawCharts();
    showHints();
  }
  root.addEventListener("keydown", (event) => event.stopPropagation());
  const resized = new ResizeObserver(drawCharts);
  const end = listen({
    settings: () => {
      settings = model.get("settings");
      showControls();
      showMoved();
    },
    frame: showFrame,
    page: showPage,
    live: () => {
      live.checked = model.get("live");
      showMoved();
    },
    error: showError,
    heard: () => model.get("heard") >= model.get("stamp") && heard(),
  });
  resized.observe(row);
  return () => {
    end();
    resized.disconnect();
  };
}

export default { render };
