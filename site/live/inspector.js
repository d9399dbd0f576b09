// What the network inspector of the notebooks does in Python (helpers/widgets/network_inspector), for its view.js.

import { Model } from "./model.js";
import { ACTIVATIONS, backward, forward, imageOf, largestOf, networkOf, probabilities, roomFor, weightedSums } from "./network.js";
import { Refused, grouped, number, percent } from "./texts.js";

const STEP = 0.1, READABLE = 16, MOST_PARTS = 16, NEARLY_ZERO = 1e-6;

const biggest = (values) => values.reduce((most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most), 0) || 1;
const fraction = (value, full) => (Number.isFinite(value / full) ? value / full : 0);
const slopeText = (value) => (Math.abs(value) > 0 && Math.abs(value) < NEARLY_ZERO ? "≈ 0" : number(value));
const plus = (value) => (value < 0 ? `− ${number(-value)}` : `+ ${number(value)}`);
const source = (layer) => (layer === 1 ? "pixel" : "activation");
const sum = (values) => values.reduce((all, value) => all + value, 0);

/** Return the places of the products to list: all of a few, else the largest without sign. */
function strongest(products) {
  const places = [...products.keys()];
  if (places.length <= MOST_PARTS) return places;
  return places.sort((i, j) => Math.abs(products[j]) - Math.abs(products[i]) || i - j).slice(0, MOST_PARTS).sort((i, j) => i - j);
}

/** Return values as an image for the view, on a scale around 0 if signed. */
function imageFor(title, values, signed = true) {
  const bytes = new Uint8Array(Float32Array.from(values, (value) => (Number.isFinite(value) ? value : 0)).buffer);
  return { title, values: bytes, shape: [28, 28], signed, limit: signed ? biggest(values) : 1, texts: [] };
}

/** Return all numbers of one image on its way through a network, and back. */
function traceOf(network, x, label) {
  const { sizes, layers } = network, A = forward(network, x), Z = layers.map((layer, l) => {
    const z = new Float64Array(sizes[l + 1]);
    weightedSums(layer, A[l], z);
    return z;
  });
  const gradient = networkOf(new Float64Array(network.vector.length), sizes), dZ = roomFor(sizes);
  backward(network, A, label, 1, gradient.layers, dZ);
  const dA = layers.map((_, l) => (l === 0 ? null : weightsBack(layers[l], dZ[l + 1], sizes[l])));
  return { network, label, A, Z, dZ, dA, gradient };
}

function weightsBack({ W, b }, d, inputs) {
  return Float64Array.from({ length: inputs }, (_, i) => sum([...d].map((value, j) => value * W[i * b.length + j])));
}

/** Return the weights from all inputs to a neuron of a layer, counted from 1. */
function weightsTo({ sizes, layers }, layer, neuron) {
  return Float64Array.from({ length: sizes[layer - 1] }, (_, i) => layers[layer - 1].W[i * sizes[layer] + neuron]);
}

const partsOf = (layer, weights, values) => ({ layer, weights, values, products: weights.map((weight, i) => weight * values[i]) });

/** Return the parts of a sum as rows of texts with a bar each. */
function tableOf(parts, caption, heads, isSum = true) {
  const shown = strongest(parts.products), full = biggest(parts.products), chosen = new Set(shown);
  const rows = shown.map((i) => [String(i), ...[parts.weights, parts.values, parts.products].map((column) => number(column[i]))]);
  const rest = [...parts.products].filter((_, i) => !chosen.has(i)), left = rest.length ? [`${grouped(rest.length)} smaller ones`] : [];
  if (isSum) left.splice(0, 1, ...left.map((words) => `${words}, together ${number(sum(rest))}`), `sum ${number(sum(parts.products))}`);
  return { caption, heads, rows, bars: shown.map((i) => fraction(parts.products[i], full)), total: left.join("; ") };
}

function softmaxTable({ Z, A }, names) {
  const z = Z.at(-1), P = A.at(-1), top = z.reduce((most, value) => Math.max(most, value), -Infinity), shifted = z.map((value) => Math.exp(value - top));
  const power = `e^(Z − ${number(top)})`;
  return {
    caption: "Softmax: the largest Z is subtracted first, which leaves the shares as they are", heads: ["class", "Z", power, "A, its share"],
    rows: names.map((name, i) => [name, number(z[i]), number(shifted[i]), percent(P[i])]), bars: [...P].map((p) => fraction(p, 1)),
    total: `sum of ${power}: ${number(sum(shifted))}`,
  };
}

export class Inspector extends Model {
  constructor(network, set, classNames, column = 0) {
    super({ images: set.m, labeled: true, image: column, mode: "forward", chosen: [1, 0], pointed: [], steps: { count: 0, said: "" } });
    Object.assign(this, { set_: set, names: classNames });
    this.follow(network);
  }

  /** Show another network. */
  follow(network) {
    this.network = network;
    this.lookAt(this.get("image"));
  }

  /** Show an image. */
  lookAt(column) {
    this.put({ image: column });
    this.undoSteps();
    this.chooseTheWinner();
    this.showImage();
  }

  undoSteps() {
    Object.assign(this, { stepped: this.network, before: null, count: 0 });
  }

  get trace() {
    const column = this.get("image");
    return traceOf(this.stepped, imageOf(this.set_, column), this.set_.labels[column]);
  }

  changed(names) {
    if (names.includes("image")) {
      this.put({ image: this.get("image") % this.set_.m });
      this.undoSteps();
      this.showImage();
    } else if (names.includes("mode")) this.showImage();
    else this.showNeuron(this.shown);
  }

  received({ type }) {
    if (type === "mistake") this.nextMistake();
    if (type === "step") {
      this.before = this.trace;
      const moved = this.stepped.vector.map((value, i) => value - STEP * this.before.gradient.vector[i]);
      this.stepped = networkOf(moved, this.network.sizes, this.network.activation);
      this.count++;
      this.showImage();
    }
    if (type === "back") {
      this.undoSteps();
      this.showImage();
    }
  }

  nextMistake() {
    const { set_: set, network } = this, column = this.get("image"), wrong = [];
    probabilities(network, set).forEach((P, i) => largestOf(P) !== set.labels[i] && wrong.push(i));
    if (wrong.length === 0) throw new Refused("the network makes no mistake on this dataset");
    this.lookAt(wrong.find((i) => i > column) ?? wrong[0]);
  }

  chooseTheWinner() {
    this.put({ pointed: [], chosen: [this.network.layers.length, largestOf(this.trace.A.at(-1))] });
  }

  showImage() {
    const trace = (this.shown = this.trace), P = trace.A.at(-1), said = largestOf(P), { names } = this, is = names[trace.label];
    let taken = "";
    if (this.count) {
      const both = [this.before.A.at(-1), P].map((A) => A[trace.label]), losses = both.map((p) => number(-Math.log(p)));
      taken = `Step ${this.count}: the probability of ${is} goes from ${percent(both[0])} to ${percent(both[1])}, the loss from ` +
        `${losses[0]} to ${losses[1]}.`;
    }
    const verdict = `${said === trace.label ? "✓" : "✗"} image ${this.get("image")} is ${is}, the network says ${names[said]} (${percent(P[said])})`;
    const layers = this.network.layers.map((_, l) => this.layerTexts(trace, l + 1));
    Object.assign(this.values, this.neuron(trace)); // before anything is drawn
    this.put({ verdict, steps: { count: this.count, said: taken }, network: { layers, image: imageFor("pixels", trace.A[0], false) } });
    this.showNeuron(trace);
  }

  layerTexts({ network, Z, A, dZ, dA }, layer) {
    const last = layer === network.layers.length, n = network.sizes[layer], isForward = this.get("mode") === "forward";
    const values = isForward ? A[layer] : dZ[layer], columns = isForward ? [Z[layer - 1], values] : last ? [values] : [dA[layer], values];
    const texts = columns.map((column) => [...column].map(isForward ? number : slopeText)), full = last ? 1 : biggest(values);
    if (isForward && last) texts[1] = [...values].map(percent);
    return {
      title: `Layer ${layer}, ${last ? "softmax" : network.activation}`, heads: isForward ? ["Z", "A"] : last ? ["dZ"] : ["dA", "dZ"],
      names: last ? this.names : Array.from({ length: n }, (_, i) => String(i)), texts, bars: [...values].map((value) => fraction(value, full)),
      readable: n <= READABLE,
    };
  }

  showNeuron(trace) {
    this.put(this.neuron(trace));
  }

  neuron(trace) {
    const [layer, neuron] = this.get("pointed").length ? this.get("pointed") : this.get("chosen"), { names } = this;
    const parts = this.get("mode") === "forward" ? this.forwardDetail(trace, layer, neuron) : this.backwardDetail(trace, layer, neuron);
    const last = layer === trace.network.layers.length && names[neuron] !== String(neuron);
    const detail = { name: `Neuron ${neuron} of layer ${layer}${last ? `: ${names[neuron]}` : ""}`, ...parts };
    return { lit: { at: parts.at, links: parts.links, image: parts.images.at(-1) ?? null }, detail };
  }

  forwardDetail(trace, layer, neuron) {
    const { network, Z, A } = trace, last = layer === network.layers.length;
    const parts = partsOf(layer - 1, weightsTo(network, layer, neuron), A[layer - 1]), bias = network.layers[layer - 1].b[neuron];
    const lines = [
      `Z = sum of weight × ${source(layer)} + b = ${number(sum(parts.products))} ${plus(bias)} = ${number(Z[layer - 1][neuron])}`,
      `A = ${last ? "e^Z over the sum of e^Z" : `${network.activation}(Z)`} = ${number(A[layer][neuron])}`,
    ];
    const tables = last ? [softmaxTable(trace, this.names)] : [], images = [];
    if (layer > 1) tables.unshift(tableOf(parts, "What feeds it", ["from neuron", "weight W", "activation A", "W × A"]));
    else images.push(imageFor("pixels", parts.values, false), imageFor("weights", parts.weights), imageFor("weight × pixel", parts.products));
    return assembled(layer, neuron, lines, parts, tables, images);
  }

  backwardDetail(trace, layer, neuron) {
    const { network, A, dA, dZ: slopes } = trace, last = layer === network.layers.length, dZ = slopes[layer][neuron], a = A[layer - 1];
    const changes = partsOf(layer - 1, a.map(() => dZ), a), lines = [], tables = [], images = [];
    let parts = null;
    if (last) {
      lines.push(`dZ = A − Y = ${slopeText(A[layer][neuron])} − ${Number(neuron === trace.label)} = ${slopeText(dZ)}: softmax and ` +
        "cross-entropy in one step");
    } else {
      const text = slopeText(dA[layer][neuron]), steep = ACTIVATIONS[network.activation][1](A[layer][neuron]), n = network.sizes[layer + 1];
      parts = partsOf(layer + 1, network.layers[layer].W.slice(neuron * n, (neuron + 1) * n), slopes[layer + 1]);
      lines.push(`dA = sum of weight × dZ over layer ${layer + 1} = ${text}`,
        `dZ = dA × slope of ${network.activation} = ${text} × ${number(steep)} = ${slopeText(dZ)}`);
      tables.push(tableOf(parts, "What comes back to it", ["from neuron", "weight W", "its dZ", "W × dZ"]));
    }
    if (this.before) tables.push(stepTable(this.before, trace, layer, neuron));
    lines.push(`db = dZ = ${slopeText(dZ)} and dW = dZ × ${source(layer)}, for this one image`);
    if (layer > 1) tables.push(tableOf(changes, "What its weights get", ["from neuron", "its dZ", "activation A", "dW = dZ × A"], false));
    else {
      images.push(imageFor("pixels", a, false), imageFor("weights", weightsTo(network, 1, neuron)), imageFor("dW = dZ × pixel", changes.products));
    }
    return assembled(layer, neuron, lines, parts ?? changes, tables, images);
  }
}

/** Return what is shown of one neuron; links: what feeds it, with a strength of -1 to 1. */
function assembled(layer, neuron, lines, parts, tables, images) {
  const full = biggest(parts.products), places = parts.layer === 0 ? [] : strongest(parts.products);
  const links = places.filter((i) => parts.products[i] !== 0).map((i) => [parts.layer, i, fraction(parts.products[i], full)]);
  return { at: [layer, neuron], links, lines, tables, images };
}

function stepTable(before, trace, layer, neuron) {
  const old = weightsTo(before.network, layer, neuron), dW = weightsTo(before.gradient, layer, neuron), now = weightsTo(trace.network, layer, neuron);
  const shown = strongest(dW), full = biggest(dW);
  return {
    caption: "What the last step did", heads: [`from ${source(layer).replace("activation", "neuron")}`, "W before", "its dW", "W after"],
    rows: shown.map((i) => [String(i), ...[old, dW, now].map((values) => number(values[i]))]), bars: shown.map((i) => fraction(dW[i], full)),
    total: "W after = W − 0.1 × dW",
  };
}
