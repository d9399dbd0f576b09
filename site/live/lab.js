// What the training lab of the notebooks does in Python (helpers/widgets/training_lab), for its view.js.

import { Bounds, findHints } from "./hints.js";
import { Model } from "./model.js";
import { forward, imageOf, largestOf, probabilities } from "./network.js";
import { COLUMNS, Run, pause, shareOf } from "./runs.js";
import { Refused, grouped, inkBytes, number, percent, rint } from "./texts.js";

const LIVE_MS = 6000, SHOWN_MS = 150, FRAME_MS = 60, SAME_MOVE_MS = 1000, LIVE_EPOCHS = 10, SEEDS = 5;
const MOST_RUNS = 20, PICTURES = 16, TILES = 12, FIXED = 6;
const LEFT_OUT = { batch_size: null, optimizer: "gradient descent", activation: "relu", l2: 0, seed: 0, max_epochs: 100, patience: 10 };

const count = (epochs) => `${epochs} epoch${epochs === 1 ? "" : "s"}`;
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values) => Math.sqrt(values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1));
const finite = (values) => values.map((value) => (Number.isFinite(value) ? value : null));

/** Return a setting as Python writes it. */
function python(name, value) {
  if (value === null) return "None";
  if (typeof value === "string") return `'${value}'`;
  if (Array.isArray(value)) return `(${value.join(", ")}${value.length === 1 ? "," : ""})`;
  return ["learning_rate", "l2"].includes(name) && Number.isInteger(value) ? value.toFixed(1) : String(value);
}

export class Lab extends Model {
  /**
   * facts: the controls as Python's lab has them, {controls, positions, options, defaults}; start: positions that differ;
   * most: milliseconds of a live run; onRun(run) is told of each run on show, onMove() of moved controls.
   */
  constructor(trainSet, devSet, classNames, facts, { start = {}, most = LIVE_MS, onRun = () => {}, onMove = () => {} } = {}) {
    super({ controls: facts.controls, settings: { ...facts.positions, ...start }, live: true, page: {}, stamp: 0, heard: 0 });
    Object.assign(this, { trainSet, devSet, names: classNames, facts, most, onRun, onMove, runs: [], misread: null, forgotten: null });
    Object.assign(this, { request: 0, busy: 0, queue: Promise.resolve(), column: 0, framedAt: 0, subsets: new Map(), hints: [] });
    this.bounds = new Bounds(facts.options.learning_rate);
    this.run = this.working = this.newRun(1, this.settings, true);
    this.showFrame();
    this.train(true);
  }

  /** The settings as the controls stand. */
  get settings() {
    return this.valuesAt(this.get("settings"));
  }

  valuesAt(positions) {
    const { options, defaults } = this.facts, values = {};
    for (const name of Object.keys(defaults)) {
      if (name === "seed") values.seed = Math.min(9999, Math.max(0, Math.round(positions.seed)));
      else if (name !== "hidden") values[name] = options[name][positions[name]];
    }
    values.hidden = Array.from({ length: options.layers[positions.layers] }, (_, l) => options[`neurons ${l + 1}`][positions[`neurons ${l + 1}`]]);
    return values;
  }

  positionsOf(values) {
    const { options } = this.facts, positions = { ...this.get("settings"), seed: values.seed, layers: options.layers.indexOf(values.hidden.length) };
    for (const name of Object.keys(values)) if (name !== "seed" && name !== "hidden") positions[name] = options[name].indexOf(values[name]);
    values.hidden.forEach((neurons, l) => (positions[`neurons ${l + 1}`] = options[`neurons ${l + 1}`].indexOf(neurons)));
    return positions;
  }

  differ(one, other) {
    return JSON.stringify(this.positionsOf(one)) !== JSON.stringify(this.positionsOf(other));
  }

  changed(names) {
    this.put({ heard: this.get("stamp") });
    if (names.includes("settings")) {
      this.bounds = new Bounds(this.facts.options.learning_rate);
      this.onMove();
      if (this.get("live") && (this.run.live || !this.busy)) this.train(true);
    }
    if (names.includes("live") && this.get("live") && !this.busy && this.differ(this.settings, this.run.values)) this.train(true);
  }

  received({ do: name, number: at, stamp = 0 }) {
    this.put({ heard: stamp });
    if (name === "train") this.train(false);
    if (name === "pause" && this.busy && !this.working.stopped) {
      this.working.paused = !this.working.paused;
      this.showFrame();
    }
    if (name === "stop") this.stop();
    if (name === "one_more") this.oneMore();
    if (name === "five_seeds") this.fiveSeeds();
    if (name === "reset") this.reset();
    if (name === "undo") this.undo();
    if (name === "cure") this.cure(this.hints[at]);
    if (name === "back") this.bringBack(this.runs.find((run) => run.number === at));
    if (name === "look") {
      this.column = at % this.devSet.m;
      this.showFrame();
    }
  }

  /** Do one job after the other. */
  alone(job) {
    this.busy++;
    return (this.queue = this.queue.then(job).catch((error) => this.put({ error: error.message })).finally(() => this.busy--));
  }

  newRun(number_, values, live, options = {}) {
    if (!this.subsets.has(values.share)) this.subsets = new Map([[values.share, shareOf(this.trainSet, values.share)]]);
    return new Run(number_, values, this.subsets.get(values.share), this.devSet, { live, ...options });
  }

  train(live) {
    const request = ++this.request;
    if (!live) this.working.stopped = true;
    this.alone(async () => {
      if (request !== this.request) return; // a newer move has come meanwhile
      const last = this.runs.at(-1), values = this.settings;
      if (live && last?.live && performance.now() - last.endedAt < SAME_MOVE_MS) this.runs.pop();
      const most = live ? Math.min(values.epochs, LIVE_EPOCHS) : values.epochs;
      const run = (this.run = this.newRun((this.runs.at(-1)?.number ?? 0) + 1, values, live, { most })), begun = performance.now();
      this.forgotten = null;
      const isOver = () => live && run.done > 0 && performance.now() - begun > (request === this.request ? this.most : SHOWN_MS);
      await this.goOn(run, { isOver });
    }).then(() => this.finish(request));
  }

  stop() {
    this.request++;
    this.working.stopped = true;
  }

  oneMore() {
    if (this.busy) Object.assign(this.working, { single: true, paused: false });
    else if (this.run.stopReason === "diverged") throw new Refused("this run has diverged and cannot go on; choose other settings and press Train");
    else {
      this.alone(async () => {
        this.run.goOn();
        await this.goOn(this.run, { epochs: 1 });
      }).then(() => this.finish());
    }
  }

  fiveSeeds() {
    if (this.busy) return;
    const request = ++this.request;
    this.alone(async () => {
      const { run } = this, cut = !["early stopping", "diverged"].includes(run.stopReason);
      if (run.stopReason === "diverged" || !run.done) return;
      run.others = [];
      for (let seed = run.values.seed + 1; seed < run.values.seed + SEEDS && request === this.request; seed++) {
        const most = cut ? Math.max(1, run.done) : run.most, patience = run.extended ? null : run.patience;
        const other = this.newRun(run.number, { ...run.values, seed }, run.live, { most, patience });
        await this.goOn(other);
        if (other.stopped) break;
        run.others.push(other);
      }
      this.working = run;
    }).then(() => this.finish());
  }

  reset() {
    this.stop();
    this.alone(async () => {
      this.forgotten = [this.runs, this.run];
      Object.assign(this, { runs: [], misread: null, bounds: new Bounds(this.facts.options.learning_rate) });
      this.move(this.facts.defaults);
      const run = (this.run = this.newRun(1, this.settings, true, { most: LIVE_EPOCHS }));
      await this.goOn(run);
    }).then(() => this.finish());
  }

  undo() {
    if (!this.forgotten || this.busy) return;
    const [runs, shown] = this.forgotten;
    Object.assign(this, { runs, forgotten: null });
    this.bringBack(shown);
  }

  /** Apply the cure of a hint and train again, as long as the run it was about. */
  cure({ cure }) {
    const values = { ...this.settings, ...cure }, rates = this.facts.options.learning_rate, far = (rate) => Math.abs(Math.log(rate / values.learning_rate));
    values.learning_rate = rates.reduce((one, other) => (far(other) < far(one) ? other : one));
    this.move(values);
    this.bounds.seeds += "seed" in cure ? 1 : 0;
    this.train(this.run.live && Object.keys(cure).length > 0);
  }

  bringBack(run) {
    this.bounds = new Bounds(this.facts.options.learning_rate);
    if (!run) throw new Refused("there is no such run, expected one of the table");
    if (this.busy && !this.run.live) {
      this.move(run.values); // the long run goes on, and this is a move
      return;
    }
    this.stop();
    this.alone(() => {
      this.run = this.working = run;
      this.move(run.values);
    }).then(() => this.finish());
  }

  /** Move the controls without training. */
  move(values) {
    this.put({ settings: this.positionsOf(values) });
    this.onMove();
  }

  async goOn(run, how) {
    this.working = run;
    this.showFrame();
    await run.train(() => (run.paused || performance.now() - this.framedAt > FRAME_MS) && this.showFrame(), how);
    run.end();
    if (run === this.run && run.done && !this.runs.includes(run)) this.runs = [...this.runs, run].slice(-MOST_RUNS);
  }

  /** Show what stands at the end, and do a move that has waited for it. */
  async finish(request = null) {
    const { run } = this;
    if ((request !== null && request !== this.request && !run.stopped) || this.busy) return;
    this.showFrame();
    await pause();
    if (this.busy || run !== this.run) return;
    if (this.get("live") && this.differ(this.settings, run.values)) {
      this.train(true);
      return;
    }
    this.misread = misreadBy(run, this.devSet, this.misread?.number === run.number ? this.misread.before : this.misread);
    this.showPage();
    this.onRun(run);
  }

  showFrame() {
    const { run, working } = this;
    let phase = !this.busy || (run.stopReason && working === run) ? "idle" : "training";
    if (phase === "training" && working.paused) phase = "paused";
    this.framedAt = performance.now();
    const network = working.network(phase === "idle");
    this.put({
      frame: {
        phase, long: phase !== "idle" && !(run.live && working === run), said: phase === "idle" ? outcome(run) : progress(run, working),
        title: this.title(run), alt: this.inWords(run), run: this.forView(run), weights: firstLayer(network), answer: this.answer(network),
      },
    });
  }

  showPage() {
    const { run } = this;
    this.hints = findHints(run, this.devSet, this.bounds);
    this.put({
      page: {
        number: run.number, runs: this.runs.map((each) => this.forView(each)), hints: this.hints.map(({ text, button }) => ({ text, button })), mistakes: this.tiles(),
        forgotten: this.forgotten ? this.forgotten[0].length : 0,
        lines: [["This run as code, for the notebooks: the same numbers", this.code(run)], ["A lab with these settings", this.labCode(run.values)]],
      },
    });
  }

  forView(run) {
    const accuracies = run.accuracies(), band = {};
    for (const column of run.others.length ? ["dev_loss", "dev_accuracy"] : []) {
      const curves = [run, ...run.others].map((each) => each.curves[column]), epochs = Math.min(...curves.map((curve) => curve.length));
      const rows = Array.from({ length: epochs }, (_, i) => curves.map((curve) => curve[i]));
      band[column] = [-1, 1].map((way) => finite(rows.map((row) => mean(row) + way * deviation(row))));
    }
    return {
      number: run.number, settings: this.positionsOf(run.values), best: run.best.epoch, seeds: accuracies.length, band,
      curves: Object.fromEntries(COLUMNS.map((name) => [name, finite(run.curves[name])])), accuracy: finite([mean(accuracies)])[0],
      spread: run.others.length ? deviation(accuracies) : null, seconds: [run, ...run.others].reduce((sum, each) => sum + each.seconds, 0),
    };
  }

  textOf(name, value) {
    const { controls, options } = this.facts;
    return controls.find((control) => control.name === name).texts[options[name].indexOf(value)] ?? String(value);
  }

  title({ number: at, sizes, values }) {
    const texts = [`learning rate ${this.textOf("learning_rate", values.learning_rate)}`, `batch ${this.textOf("batch_size", values.batch_size)}`, values.optimizer];
    if (values.activation !== "relu") texts.push(this.textOf("activation", values.activation));
    if (values.l2) texts.push(`L2 ${number(values.l2)}`);
    if (values.share < 100) texts.push(`${values.share} % of the data`);
    return `Run ${at}: ${[sizes.join("-"), ...texts].join(", ")}`;
  }

  inWords(run) {
    const text = `Two line charts over the epochs, loss and accuracy. ${this.title(run)}.`;
    if (!run.done) return `${text} Nothing has been trained yet.`;
    const words = [["train", "Training"], ["dev", "Development"]].map(([name, start]) => {
      const losses = run.curves[`${name}_loss`], reached = run.curves[`${name}_accuracy`].at(-1);
      return ` ${start} loss goes from ${number(losses[0])} to ${number(losses.at(-1))}, accuracy reaches ${percent(reached)}.`;
    });
    return text + words.join("") + (run.best.epoch ? ` Best epoch: ${run.best.epoch}.` : "");
  }

  answer(network) {
    const { column, devSet } = this, x = imageOf(devSet, column), P = [...forward(network, x).at(-1)];
    return {
      column, shape: [28, 28], pixels: inkBytes([x]), is: devSet.labels[column], names: this.names, shares: finite(P),
      texts: P.map((share) => (Number.isFinite(share) ? percent(share) : "–")),
    };
  }

  tiles() {
    const { misread, devSet, names } = this, { before } = misread, wasWrong = before?.wrong ?? misread.wrong, all = [...Array(devSet.m).keys()];
    const surest = (found, sure) => found.sort((i, j) => sure[j] - sure[i] || i - j);
    const shown = surest(all.filter((i) => misread.wrong[i]), misread.sure).slice(0, TILES);
    const fixed = surest(all.filter((i) => wasWrong[i] && !misread.wrong[i]), before?.sure ?? misread.sure).slice(0, FIXED);
    const tiles = [...shown, ...fixed].map((i) => ({
      column: i, is: names[devSet.labels[i]], said: names[(misread.wrong[i] ? misread : before).said[i]], sure: percent(misread.sure[i]),
      state: misread.wrong[i] ? (wasWrong[i] ? "" : "new") : "fixed",
    }));
    const wrong = misread.wrong.filter(Boolean).length, fresh = all.filter((i) => misread.wrong[i] && !wasWrong[i]).length;
    let said = `Run ${misread.number} misreads ${grouped(wrong)} of ${grouped(devSet.m)} development images`;
    if (before) said += `: ${fresh} new, ${all.filter((i) => wasWrong[i] && !misread.wrong[i]).length} fixed since run ${before.number}`;
    return { shape: [28, 28], pixels: inkBytes(tiles.map(({ column }) => imageOf(devSet, column))), tiles, said: `${said}.` };
  }

  /** Return the line of Python that repeats a run. */
  code(run) {
    const { values } = run, cut = run.extended || !["early stopping", "diverged"].includes(run.stopReason);
    const words = { learning_rate: values.learning_rate, batch_size: values.batch_size };
    for (const name of ["optimizer", "activation", "l2", "seed"]) words[name] = values[name];
    words.max_epochs = cut ? Math.max(1, run.done) : run.most;
    words.patience = run.extended ? null : values.patience;
    const kept = Object.entries(words).filter(([name, value]) => LEFT_OUT[name] !== value).map(([name, value]) => `${name}=${python(name, value)}`);
    const part = `np.random.default_rng(0).permutation(${this.trainSet.m})[:${run.trainSet.m}]`;
    const data = values.share < 100 ? `train_set.subset(np.sort(${part}))` : "train_set";
    return `train(${data}, dev_set, [${run.sizes.join(", ")}], ${kept.join(", ")})`;
  }

  labCode(values) {
    const kept = Object.keys(this.facts.defaults).map((name) => [name, values[name]]).filter(([name, value]) => String(this.facts.defaults[name]) !== String(value));
    return `TrainingLab(${["train_set", "dev_set", ...kept.map(([name, value]) => `${name}=${python(name, value)}`)].join(", ")})`;
  }
}

/** Return what a run gets wrong in a set, and how sure it is. before: the same of the run shown before. */
function misreadBy(run, set, before) {
  const P = probabilities(run.network(), set), said = P.map(largestOf);
  if (before) before.before = null; // no longer a chain than two
  return { number: run.number, said, sure: P.map((row, i) => row[said[i]]), wrong: said.map((label, i) => label !== set.labels[i]), before };
}

function firstLayer({ sizes, layers: [{ W }] }) {
  const [pixels, n] = sizes, shown = Math.min(n, PICTURES), values = new Float64Array(shown * pixels);
  for (let j = 0; j < shown; j++) for (let i = 0; i < pixels; i++) values[j * pixels + i] = W[i * n + j];
  if (!values.every(Number.isFinite)) return {};
  const sorted = values.map(Math.abs).sort(), place = 0.995 * (sorted.length - 1), at = Math.floor(place);
  const limit = sorted[at] + (place - at) * (sorted[Math.min(at + 1, sorted.length - 1)] - sorted[at]) || 1;
  return { shape: [28, 28], pixels: Uint8Array.from(values, (value) => Math.min(255, Math.max(1, rint(128 + (127 * value) / limit)))), count: shown, all: n };
}

function progress(run, working) {
  let start = `${working.paused ? "Paused in" : "Training"} run ${run.number}`;
  if (working !== run) start += ` with seed ${working.values.seed}, ${run.others.length + 2} of ${SEEDS}`;
  start += `: ${working.done} of at most ${count(working.most)}`;
  return working.done ? `${start}, development accuracy ${working.curves.dev_accuracy.at(-1).toFixed(3)}. ${pace(working)}` : `${start}.`;
}

function outcome(run) {
  const { done } = run, accuracies = run.accuracies();
  if (!run.stopReason) return `Run ${run.number} begins.`;
  const reason = run.extended ? `Continued epoch by epoch, ${count(done)} in all` : {
    "early stopping": `Early stopping: no better development accuracy for ${count(run.values.patience)}`,
    "max epochs": `${count(done)} done, all of a ${run.live ? "short" : "full"} run`,
    diverged: `Diverged in epoch ${done}: the loss is not a number any more`,
    interrupted: `Stopped by you after ${count(done)}`,
    on_epoch: `The time of a live run is up after ${count(done)}; Train has no limit of time`,
  }[run.stopReason];
  if (!done) return `Run ${run.number}. ${reason}.`;
  const best = run.best.epoch ? `Best epoch: ${run.best.epoch}, development accuracy ${accuracies[0].toFixed(3)}` : "No epoch was good";
  let seeds = "";
  if (run.others.length) {
    seeds = ` With ${accuracies.length} seeds: ${mean(accuracies).toFixed(3)} ± ${deviation(accuracies).toFixed(3)} (mean and standard deviation).`;
  }
  return `Run ${run.number}. ${reason}. ${best}.${seeds} ${pace(run)}`;
}

function pace(run) {
  return `${run.seconds.toFixed(2)} s, ${grouped(Math.round(run.stepsASecond))} steps per second.`;
}
