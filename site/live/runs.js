// The runs of the training lab (helpers/widgets/training_lab/runs.py): each trains in slices, so that the page stays fluent.

import { countOf, epoch, initialize, measure, networkOf, optimizerState } from "./network.js";
import { Random } from "./random.js";

export const COLUMNS = ["train_loss", "train_accuracy", "dev_loss", "dev_accuracy"];
const SLICE_MS = 12;

const channel = new MessageChannel();
/** Wait until the page has done what else there is to do. */
export const pause = () => new Promise((done) => {
  channel.port1.onmessage = done;
  channel.port2.postMessage(null);
});

/** Return the images of a set in these places. */
function chosen(set, places) {
  const pixels = set.X.length / set.m, X = new Float64Array(pixels * places.length);
  places.forEach((i, k) => X.set(set.X.subarray(i * pixels, (i + 1) * pixels), k * pixels));
  return { X, labels: places.map((i) => set.labels[i]), m: places.length };
}

/** Return `share` percent of a training set, the same images for the same share. */
export function shareOf(set, share) {
  if (share === 100) return set;
  const count = Math.max(1, Math.round((set.m * share) / 100));
  return chosen(set, [...new Random(0).permutation(set.m).subarray(0, count)].sort((i, j) => i - j));
}

/** values: the settings by name, as the controls give them. A run can be told `paused`, `stopped` and `single`. */
export class Run {
  constructor(number, values, trainSet, devSet, { live = false, most = values.epochs, patience = values.patience } = {}) {
    Object.assign(this, { number, values, trainSet, devSet, live, most, patience });
    this.sizes = [trainSet.X.length / trainSet.m, ...values.hidden, 10];
    this.random = new Random(values.seed);
    this.vector = initialize(this.sizes, this.random);
    this.best = { epoch: 0, accuracy: -Infinity, vector: this.vector.slice() };
    this.last = this.best.vector; // the vector after the last finished epoch
    this.memory = optimizerState(countOf(this.sizes));
    this.curves = Object.fromEntries(COLUMNS.map((name) => [name, []]));
    Object.assign(this, { others: [], seconds: 0, stopReason: null, extended: false, endless: false, paused: false, stopped: false, single: false, endedAt: 0 });
    this.steps = this.training();
  }

  get done() {
    return Math.max(0, this.curves.dev_loss.length - 1);
  }

  get stepsAnEpoch() {
    return Math.ceil(this.trainSet.m / (this.values.batch_size ?? this.trainSet.m));
  }

  get stepsASecond() {
    return (this.done * this.stepsAnEpoch) / Math.max(this.seconds, 1e-9);
  }

  /** The network of the best epoch or of the last one. */
  network(best = true) {
    return networkOf(best ? this.best.vector : this.last, this.sizes, this.values.activation);
  }

  accuracies() {
    return [this, ...this.others].map((run) => (Number.isFinite(run.best.accuracy) ? run.best.accuracy : NaN));
  }

  // The loop of helpers.training.training: yields undefined between slices, true after each epoch
  *training() {
    const { trainSet, values } = this, network = networkOf(this.vector, this.sizes, values.activation);
    const settings = { batch: values.batch_size, optimizer: values.optimizer, rate: values.learning_rate, l2: values.l2 };
    if (this.curves.dev_loss.length === 0) yield* this.measured(network);
    while (this.reasonToStop() === null) {
      const order = settings.batch === null ? null : this.random.permutation(trainSet.m);
      yield* epoch(network, trainSet, order, settings, this.memory);
      yield* this.measured(network);
      this.last = this.vector.slice();
      const accuracy = this.curves.dev_accuracy.at(-1);
      if (Number.isFinite(this.curves.train_loss.at(-1)) && accuracy > this.best.accuracy) {
        this.best = { epoch: this.done, accuracy, vector: this.last };
      }
      yield true;
    }
  }

  *measured(network) {
    const rows = [...(yield* measure(network, this.trainSet)), ...(yield* measure(network, this.devSet))];
    COLUMNS.forEach((name, i) => this.curves[name].push(rows[i]));
  }

  reasonToStop() {
    if (this.done > 0 && !Number.isFinite(this.curves.train_loss.at(-1))) return "diverged";
    if (this.endless) return null;
    if (this.patience !== null && this.done - this.best.epoch >= this.patience) return "early stopping";
    return this.done >= this.most ? "max epochs" : null;
  }

  /** Train until the settings end it, `epochs` more are done, it is stopped, or isOver(). */
  async train(afterEpoch, { epochs = Infinity, isOver = () => false } = {}) {
    let shown = performance.now();
    while (epochs > 0 && this.stopReason === null && !this.stopped && !isOver()) {
      if (this.paused) {
        await new Promise((done) => setTimeout(done, 20));
        shown = performance.now();
        continue;
      }
      const begun = performance.now(), { value, done } = this.steps.next();
      this.seconds += (performance.now() - begun) / 1000;
      if (value || done) {
        epochs--;
        this.stopReason = this.reasonToStop();
        if (this.single) [this.single, this.paused] = [false, true];
        afterEpoch();
      }
      if (performance.now() - shown > SLICE_MS) {
        await pause();
        shown = performance.now();
      }
    }
  }

  /** Let a run that has ended go on from its last finished epoch, beyond its end too. */
  goOn() {
    this.extended ||= this.reasonToStop() !== null;
    Object.assign(this, { endless: true, stopReason: null, stopped: false, others: [] });
    this.vector.set(this.last);
    this.steps = this.training();
  }

  end() {
    this.stopReason ??= this.stopped ? "interrupted" : "on_epoch";
    this.endedAt = performance.now();
  }
}
