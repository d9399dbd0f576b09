// Hints of the training lab (helpers/widgets/training_lab/hints.py): rules that find a problem in a finished run and name its cure.

import { forward, imageOf, initialize, networkOf, roomFor } from "./network.js";
import { Random } from "./random.js";

const FEW_STEPS = 200, NARROW = 5, WIDE_ENOUGH = 10, POOR = 0.8, MOST_L2 = 0.03;
const epochs = (count) => `${count} epoch${count === 1 ? "" : "s"}`;
const falling = (losses) => losses.slice(1).map((loss, i) => losses[i] - loss);
const portion = (values, test) => values.filter(test).length / values.length;
const average = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Learning rates known to be too low and too high, while one hint after the other is followed. */
export class Bounds {
  constructor(rates) {
    Object.assign(this, { rates, low: 0, high: Infinity, seeds: 0 });
  }

  lower(text, rate, factor) {
    this.high = Math.min(this.high, rate);
    return this.between(text, rate / factor, `Learning rate ÷ ${factor}`);
  }

  raise(text, rate, factor) {
    this.low = Math.max(this.low, rate);
    return this.between(text, rate * factor, `Learning rate × ${factor}`);
  }

  between(text, rate, button) {
    if (rate > this.low && rate < this.high) return { text, button, cure: { learning_rate: rate } };
    const inside = this.rates.filter((other) => other > this.low && other < this.high), far = (other) => Math.abs(Math.log(other ** 2 / this.low / this.high));
    if (inside.length === 0) return null; // neighbors on the slider
    const best = inside.reduce((one, other) => (far(other) < far(one) ? other : one));
    return { text, button: `Learning rate ${best}, between the two`, cure: { learning_rate: best } };
  }
}

/** Return at most two hints that fit a finished run, the more urgent first, of different settings. */
export function findHints(run, set, bounds) {
  const dead = deadNeurons(run, set), hint = diverged(run, bounds), found = [];
  if (hint) return [hint];
  for (const rule of [tooFewSteps, bottleneck, saturated, deadRelus, jumping, tooSlow, tooShort, overfitting]) {
    const next = rule(run, bounds, dead);
    if (!next) continue;
    if (!found.some((other) => Object.keys(next.cure).some((name) => name in other.cure))) found.push(next);
    if (rule !== overfitting && rule !== deadRelus) break; // the later rules would read the same poor curve as another problem
  }
  return found.slice(0, 2);
}

function diverged({ curves: { train_loss: losses }, stopReason, values }, bounds) {
  if (stopReason !== "diverged" && !(losses.at(-1) > 2 * Math.max(losses[0], Math.log(10)))) return null;
  const what = stopReason === "diverged" ? "Diverged" : "The loss has grown", end = stopReason === "diverged" ? ", until the loss is no longer a number" : "";
  return bounds.lower(`${what}: every step jumps over the valley and lands higher up${end}.`, values.learning_rate, 10);
}

function tooFewSteps({ done, stepsAnEpoch, curves, values, live }) {
  if (done * stepsAnEpoch >= FEW_STEPS || curves.train_accuracy.at(-1) > 0.9) return null;
  const text = `Few steps: ${done * stepsAnEpoch} in ${epochs(done)}, because `;
  if (values.batch_size === null || values.batch_size > 32) {
    const each = stepsAnEpoch === 1 ? "an epoch is one step" : "the batches are large";
    return { text: `${text}${each}.`, button: "Batch size 32", cure: { batch_size: 32 } };
  }
  if (values.share < 100) return { text: `${text}only ${values.share} % of the data are used.`, button: "Use all the data", cure: { share: 100 } };
  if (values.epochs < 30) return { text: `${text}it may have ${epochs(values.epochs)} at most.`, button: "30 epochs at most", cure: { epochs: 30 } };
  return done < values.epochs && live ? { text: `${text}it was a short run.`, button: "Train all epochs", cure: {} } : null;
}

function bottleneck({ values: { hidden }, curves }) {
  const narrow = Math.min(...hidden), at = hidden.indexOf(narrow) + 1;
  if (!(narrow < NARROW) || curves.train_accuracy.at(-1) >= POOR) return null;
  const text = `Bottleneck: all that is known of an image passes through ${narrow} neuron${narrow > 1 ? "s" : ""} of hidden layer ${at}.`;
  return { text, button: `${WIDE_ENOUGH} neurons`, cure: { hidden: hidden.map((neurons) => (neurons < NARROW ? WIDE_ENOUGH : neurons)) } };
}

function saturated({ values: { hidden, activation }, curves: { train_loss: losses } }) {
  if (activation !== "sigmoid" || hidden.length < 2 || losses.at(-1) < 0.8 * Math.max(...losses.slice(1))) return null;
  const text = `The loss hardly falls: through ${hidden.length} layers of sigmoids the gradient shrinks, by a factor of 4 or more at each.`;
  return { text, button: "ReLU", cure: { activation: "relu" } };
}

function deadRelus({ values, curves }, bounds, dead) {
  const layers = dead.map(([now, all], l) => [l + 1, now, all]).filter(([, now, all]) => now >= Math.max(1, 0.2 * all));
  if (layers.length === 0) return null;
  const listed = layers.map(([l, now, all]) => `${now} of ${all} neurons in hidden layer ${l}`).join(" and ");
  const text = `Dead ReLUs: ${listed} give 0 for every image. Their gradient is 0 too, so they rarely come back.`;
  if (dead.reduce((sum, [, , born]) => sum + born, 0) >= layers.reduce((sum, [, now]) => sum + now, 0)) {
    return bounds.seeds >= 3 ? null : { text: `${text} They were so from the start.`, button: "Another seed", cure: { seed: values.seed + 1 } };
  }
  return bounds.lower(`${text} Large steps threw them there.`, values.learning_rate, curves.dev_accuracy.at(-1) < 0.3 ? 10 : 3);
}

function jumping({ values, curves: { train_loss: all } }, bounds) {
  const losses = all.slice(1);
  if (losses.length < 4 || losses.at(-1) < 0.6 || portion(falling(losses), (fall) => fall < 0) < 0.3) return null;
  if (losses.at(-1) > 0.95 * all[0] && Math.max(...losses) - Math.min(...losses) < 0.1) return null; // it hardly moves at all
  return bounds.lower("Learning rate too large: the loss jumps up and down and stays high.", values.learning_rate, 3);
}

function tooSlow({ values, curves: { train_loss: all } }, bounds) {
  const losses = all.slice(1), falls = falling(losses), third = Math.max(2, Math.floor(losses.length / 3));
  if (losses.length < 4 || losses.at(-1) < 0.5) return null;
  if (portion(falls, (fall) => fall > 0) < 0.8 || average(falls.slice(-third)) < 0.4 * average(falls)) return null;
  return bounds.raise("Learning rate too small: the loss is still high, and still falls as steadily as at the start.", values.learning_rate, 3);
}

function tooShort({ live, done, best, values, curves: { train_loss: all } }) {
  const losses = all.slice(1), last = losses.at(-1);
  if (!live || done < 4 || done >= values.epochs || best.epoch < done || last < 0.4 || losses.at(-4) - last < 0.05 * last) return null;
  return { text: `Still learning: the short run ended after ${epochs(done)}, and the loss still falls.`, button: "Train all epochs", cure: {} };
}

function overfitting({ values, curves }) {
  const train = curves.train_loss.slice(1), dev = curves.dev_loss.slice(1), lowest = Math.min(...dev);
  if (dev.length < 3) return null;
  const rising = dev.at(-1) > 1.1 * lowest && train.at(-1) < train[dev.indexOf(lowest)];
  if (!rising && curves.train_accuracy.at(-1) - curves.dev_accuracy.at(-1) < 0.1) return null;
  const what = rising ? "the loss on the development set rises again" : "the two accuracies are far apart";
  const text = `Overfitting: ${what} while the training set is learned ever better.`, stronger = values.l2 < 0.01 ? 0.01 : MOST_L2;
  if (values.share < 100) return { text, button: "Use all the data", cure: { share: 100 } };
  if (values.l2 < MOST_L2) return { text, button: `L2 penalty ${stronger}`, cure: { l2: stronger } };
  return values.patience > 3 ? { text, button: "Stop earlier (patience 3)", cure: { patience: 3 } } : null;
}

/** Return [dead, neurons, dead at the start] for each hidden layer of ReLUs: 0 for all of the first images of a set. */
function deadNeurons({ values, sizes, stopReason, last }, set) {
  if (values.activation !== "relu" || stopReason === "diverged") return [];
  const [now, born] = [last, initialize(sizes, new Random(values.seed))].map((vector) => {
    const network = networkOf(vector, sizes), A = roomFor(sizes), alive = roomFor(sizes);
    for (let i = 0; i < Math.min(500, set.m); i++) forward(network, imageOf(set, i), A).forEach((a, l) => l > 0 && a.forEach((value, j) => value > 0 && (alive[l][j] = 1)));
    return alive.map((layer) => layer.filter((one) => one === 0).length);
  });
  return sizes.slice(1, -1).map((all, l) => [now[l + 1], all, born[l + 1]]);
}
