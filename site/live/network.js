// The network in JavaScript, for showing only: forward, backward, the optimizers and the loop of helpers/network.py, optimizers.py and
// training.py, in 64 bits, one example at a time. tests/panels/browser/test_live_numbers.py compares all of it with them.
//
// A network is {sizes, activation, vector, layers}; the layers are views of the vector W1, b1, W2, b2, .... The weights of one *input*
// lie side by side (W transposed), because most pixels are 0, and what they would add is skipped.
// A set of images is {X, labels, m}: X holds image after image, values from 0 to 1.

export const ACTIVATIONS = {
  relu: [(z) => Math.max(z, 0), (a) => (a > 0 ? 1 : 0)],
  leaky_relu: [(z) => Math.max(z, 0.01 * z), (a) => (a > 0 ? 1 : 0.01)],
  sigmoid: [(z) => 0.5 * (1 + Math.tanh(0.5 * z)), (a) => a * (1 - a)],
  tanh: [(z) => Math.tanh(z), (a) => 1 - a * a],
};
const FLUSH_EVERY = 128; // steps between two flushes of numbers too small to be quick
const SLICE = 2e6; // float operations between two yields

/** Return the network with these parameters. */
export function networkOf(vector, sizes, activation = "relu") {
  let at = 0;
  const take = (count) => vector.subarray(at, (at += count));
  const layers = sizes.slice(1).map((n, l) => ({ W: take(sizes[l] * n), b: take(n) }));
  return { sizes, activation, vector, layers };
}

/** Return how many parameters a network of these sizes has. */
export function countOf(sizes) {
  return sizes.slice(1).reduce((sum, n, l) => sum + (sizes[l] + 1) * n, 0);
}

/** Return the vector of a random network: weights of the standard deviation sqrt(2 / inputs), biases 0. */
export function initialize(sizes, random) {
  const vector = new Float64Array(countOf(sizes));
  networkOf(vector, sizes).layers.forEach(({ W, b }, l) => {
    const scale = Math.sqrt(2 / sizes[l]);
    for (let j = 0; j < b.length; j++) for (let i = 0; i < sizes[l]; i++) W[i * b.length + j] = random.normal() * scale;
  });
  return vector;
}

/** Return room for one number per neuron, layer by layer. */
export function roomFor(sizes) {
  return sizes.map((n) => new Float64Array(n));
}

/** Fill z with the weighted sums of a layer; places: where `a` is not 0, if that is known. */
export function weightedSums({ W, b }, a, z, places = null) {
  const n = b.length, count = places === null ? a.length : places.length;
  z.set(b);
  for (let p = 0; p < count; p++) {
    const i = places === null ? p : places[p], value = a[i];
    if (value === 0) continue;
    for (let j = 0, k = i * n; j < n; j++, k++) z[j] += value * W[k];
  }
}

/** Return the activations of every layer for one image, the image first; A is filled where it is given. places: of its ink. */
export function forward({ sizes, activation, layers }, x, A = roomFor(sizes), places = null) {
  const hidden = ACTIVATIONS[activation][0], last = layers.length;
  A[0] = x;
  layers.forEach((layer, l) => {
    const z = A[l + 1];
    weightedSums(layer, A[l], z, l === 0 ? places : null);
    if (l + 1 < last) for (let j = 0; j < z.length; j++) z[j] = hidden(z[j]);
    else softmax(z);
  });
  return A;
}

function softmax(z) {
  let highest = -Infinity, sum = 0;
  for (const value of z) highest = Math.max(highest, value);
  for (let j = 0; j < z.length; j++) sum += z[j] = Math.exp(z[j] - highest);
  for (let j = 0; j < z.length; j++) z[j] /= sum;
}

/** Add the gradient of one image, times `share`, to the layers of a gradient; dZ is filled. */
export function backward({ activation, layers }, A, label, share, gradient, dZ, places = null) {
  const slope = ACTIVATIONS[activation][1], last = layers.length;
  for (let j = 0; j < A[last].length; j++) dZ[last][j] = (A[last][j] - (j === label ? 1 : 0)) * share;
  for (let l = last - 1; l >= 0; l--) {
    const { W, b } = layers[l], { W: dW, b: db } = gradient[l], n = b.length, a = A[l], d = dZ[l + 1];
    for (let j = 0; j < n; j++) db[j] += d[j];
    const inked = l === 0 ? places : null, count = inked === null ? a.length : inked.length;
    for (let p = 0; p < count; p++) {
      const i = inked === null ? p : inked[p], value = a[i];
      if (value !== 0) for (let j = 0, k = i * n; j < n; j++, k++) dW[k] += value * d[j];
      if (l === 0) continue;
      const steep = slope(value);
      let sum = 0;
      if (steep !== 0) for (let j = 0, k = i * n; j < n; j++, k++) sum += W[k] * d[j];
      dZ[l][i] = sum * steep;
    }
  }
}

/** Return what an optimizer remembers before its first step. */
export function optimizerState(length) {
  return { steps: 0, first: new Float64Array(length), second: new Float64Array(length) };
}

export const OPTIMIZERS = {
  "gradient descent"(w, g, state, rate) {
    for (let i = 0; i < w.length; i++) w[i] -= rate * g[i];
  },
  momentum(w, g, state, rate) {
    const velocity = state.first;
    if (++state.steps % FLUSH_EVERY === 0) flush(velocity, 0.9);
    for (let i = 0; i < w.length; i++) w[i] -= rate * (velocity[i] = 0.9 * velocity[i] + g[i]);
  },
  // m and v are running sums; the factors that make means of them, and the corrections of the first steps, enter the step once
  adam(w, g, state, rate) {
    const { first: m, second: v } = state, [beta1, beta2] = [0.9, 0.999], steps = ++state.steps;
    const mean = (1 - beta1) / (1 - beta1 ** steps), root = Math.sqrt((1 - beta2) / (1 - beta2 ** steps));
    if (steps % FLUSH_EVERY === 0) {
      flush(m, beta1);
      flush(v, beta2);
    }
    const small = 1e-8 / root, step = (rate * mean) / root;
    for (let i = 0; i < w.length; i++) {
      m[i] = beta1 * m[i] + g[i];
      v[i] = beta2 * v[i] + g[i] * g[i];
      w[i] -= (step * m[i]) / (Math.sqrt(v[i]) + small);
    }
  },
};

/** Set to 0 what would fall below the smallest normal number before the next flush: processors are slow with those. */
function flush(values, decay) {
  const smallest = 2 ** -1022 / decay ** FLUSH_EVERY;
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) < smallest) values[i] = 0;
}

/** Return image number i of a set. */
export function imageOf({ X, m }, i) {
  const pixels = X.length / m;
  return X.subarray(i * pixels, (i + 1) * pixels);
}

/** Return the places of the ink of image number i of a set. */
function inkOf(set, i) {
  set.ink ??= Array(set.m).fill(null);
  if (set.ink[i] === null) {
    const image = imageOf(set, i), places = [];
    for (let k = 0; k < image.length; k++) if (image[k] !== 0) places.push(k);
    set.ink[i] = Uint16Array.from(places);
  }
  return set.ink[i];
}

/**
 * Train for one epoch, which changes the network; yields now and then, so that the page stays fluent.
 * order: the images in the order in which the batches take them; null takes all of them in one step.
 */
export function* epoch(network, set, order, { batch, optimizer, rate, l2 = 0 }, state) {
  const gradient = networkOf(new Float64Array(network.vector.length), network.sizes);
  const A = roomFor(network.sizes), dZ = roomFor(network.sizes), size = order === null ? set.m : batch;
  const pause = Math.max(1, Math.floor(SLICE / network.vector.length));
  for (let start = 0, done = 0; start < set.m; start += size) {
    const count = Math.min(size, set.m - start);
    gradient.vector.fill(0);
    for (let i = start; i < start + count; i++) {
      const column = order === null ? i : order[i];
      const places = inkOf(set, column);
      forward(network, imageOf(set, column), A, places);
      backward(network, A, set.labels[column], 1 / count, gradient.layers, dZ, places);
      if (++done % pause === 0) yield;
    }
    if (l2 > 0) network.layers.forEach(({ W }, l) => W.forEach((w, k) => (gradient.layers[l].W[k] += l2 * w)));
    OPTIMIZERS[optimizer](network.vector, gradient.vector, state, rate);
  }
}

/** Return the mean cross-entropy and the share of right answers over a set; yields as `epoch` does. */
export function* measure(network, set) {
  const A = roomFor(network.sizes), pause = Math.max(1, Math.floor((3 * SLICE) / network.vector.length));
  let loss = 0, right = 0;
  for (let i = 0; i < set.m; i++) {
    const P = forward(network, imageOf(set, i), A, inkOf(set, i)).at(-1);
    loss -= Math.log(P[set.labels[i]]);
    if (largestOf(P) === set.labels[i]) right++;
    if ((i + 1) % pause === 0) yield;
  }
  return [loss / set.m, right / set.m];
}

/** Return the place of the largest value, of equal ones the first. */
export function largestOf(values) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

/** Return the probabilities of every image of a set, image after image. */
export function probabilities(network, set) {
  const A = roomFor(network.sizes);
  return Array.from({ length: set.m }, (_, i) => forward(network, imageOf(set, i), A).at(-1).slice());
}

/** Return the columns of a set nearest to x, the nearest first, with their distances. */
export function nearest(set, x, count = 8) {
  const inked = [...x.keys()].filter((i) => x[i] !== 0), own = x.reduce((sum, value) => sum + value * value, 0);
  set.lengths ??= Float64Array.from({ length: set.m }, (_, i) => imageOf(set, i).reduce((sum, value) => sum + value * value, 0));
  const squares = set.lengths.map((length, i) => {
    const image = imageOf(set, i);
    let product = 0;
    for (const k of inked) product += x[k] * image[k];
    return length - 2 * product + own;
  });
  const chosen = [];
  squares.forEach((square, i) => {
    if (chosen.length === count && square >= squares[chosen.at(-1)]) return;
    const place = chosen.findIndex((other) => square < squares[other]);
    chosen.splice(place < 0 ? chosen.length : place, 0, i);
    if (chosen.length > count) chosen.pop();
  });
  return chosen.map((i) => [i, Math.sqrt(Math.max(0, squares[i]))]);
}
