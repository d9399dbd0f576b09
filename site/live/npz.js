// A network out of a file that NumPy wrote: np.savez, np.savez_compressed or save_parameters of helpers/storage.py. Nothing in it is run.

import { ACTIVATIONS, countOf, networkOf } from "./network.js";
import { Refused } from "./texts.js";

const MOST_BYTES = 64e6;

/** Return the network in a file, a Blob with a name. Throws Refused. */
export async function networkFrom(file) {
  if (file.size > MOST_BYTES) throw new Refused(`${file.name} has ${Math.round(file.size / 1e6)} MB, expected at most ${MOST_BYTES / 1e6}`);
  const entries = await unzip(new Uint8Array(await file.arrayBuffer()), file.name), arrays = new Map();
  for (const [name, bytes] of entries) arrays.set(name, array(bytes, `${name} in ${file.name}`));
  let text = "{}";
  for (const name of ["sha256", "metadata"]) {
    const found = arrays.get(name);
    arrays.delete(name);
    if (name === "metadata" && found) text = found.text;
  }
  const names = [...arrays.keys()].every((name) => name.startsWith("arr_")) ? (l, letter) => `arr_${2 * l + (letter === "b")}` : (l, letter) => `${letter}${l + 1}`;
  const pairs = Array.from({ length: arrays.size / 2 }, (_, l) => ["W", "b"].map((letter) => arrays.get(names(l, letter))));
  if (arrays.size < 2 || arrays.size % 2 || pairs.flat().some((part) => !part?.shape)) {
    throw new Refused(`${file.name} holds ${[...arrays.keys()].join(", ") || "nothing"}, expected W1, b1, W2, b2, ...; np.savez("my_network.npz", W1=W1, b1=b1, ...) writes such a file`);
  }
  const sizes = [pairs[0][0].shape[1], ...pairs.map(([W]) => W.shape[0])], shapes = pairs.map(([W]) => W.shape.join(" × ")).join(", ");
  const chains = pairs.every(([W, b], l) => W.shape.length === 2 && W.shape[1] === sizes[l] && b.values.length === sizes[l + 1]);
  if (!chains || sizes[0] !== 784 || sizes.at(-1) !== 10) {
    throw new Refused(`the weights in ${file.name} have the shapes ${shapes}, expected (n1, 784) first, (10, n) last, and each as wide as the one before is high`);
  }
  const vector = new Float64Array(countOf(sizes)), { activation = "relu" } = JSON.parse(text);
  if (!(activation in ACTIVATIONS)) throw new Refused(`${file.name} has the activation ${activation}, expected one of ${Object.keys(ACTIVATIONS).join(", ")}`);
  const network = networkOf(vector, sizes, activation);
  pairs.forEach(([W, b], l) => {
    const { W: own, b: bias } = network.layers[l], [outputs, inputs] = W.shape;
    for (let j = 0; j < outputs; j++) for (let i = 0; i < inputs; i++) own[i * outputs + j] = W.values[W.fortran ? i * outputs + j : j * inputs + i];
    bias.set(b.values);
  });
  if (!vector.every(Number.isFinite)) throw new Refused(`${file.name} holds NaN or infinity; the training run diverged: try a smaller learning rate`);
  return network;
}

/** Return the files of a zip, stored or deflated, by name without .npy. */
async function unzip(bytes, name) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), entries = new Map();
  let end = bytes.length - 22;
  while (end >= 0 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0) throw new Refused(`${name} is no .npz file, or it is cut short; np.savez writes one`);
  let at = view.getUint32(end + 16, true), unpacked = 0;
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    const [method, size, full] = [view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [long, extra, note] = [28, 30, 32].map((place) => view.getUint16(at + place, true)), local = view.getUint32(at + 42, true);
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true), packed = bytes.subarray(start, start + size);
    const title = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + long)).replace(/\.npy$/, "");
    if ((unpacked += full) > 4 * MOST_BYTES || ![0, 8].includes(method)) throw new Refused(`${name} is too large unpacked, or packed in an unknown way`);
    entries.set(title, method === 8 ? await unpack(packed, "deflate-raw") : packed.slice());
    at += 46 + long + extra + note;
  }
  return entries;
}

/** Return bytes unpacked; kind: "gzip" or "deflate-raw". */
export async function unpack(bytes, kind) {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream(kind))).arrayBuffer());
}

/** Return what a .npy file holds: {shape, values, fortran}, or {text}. */
function array(bytes, what) {
  const view = new DataView(bytes.buffer), wide = bytes[6] > 1, start = wide ? 12 : 10, length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const head = new TextDecoder("latin1").decode(bytes.subarray(start, start + length));
  const found = head.match(/'descr': '([<>|=]?)([a-zA-Z])(\d+)'.*'fortran_order': (True|False).*'shape': \(([^)]*)\)/);
  if (!found) throw new Refused(`${what} is no array of numbers`);
  const [, order, kind, size, fortran, sides] = found, shape = sides.split(",").filter((side) => side.trim()).map(Number), width = Number(size);
  const at = start + length, count = shape.reduce((product, side) => product * side, 1), little = order !== ">";
  if (kind === "U") return { text: String.fromCodePoint(...Array.from({ length: width }, (_, i) => view.getUint32(at + 4 * i, little)).filter(Boolean)) };
  const read = { 2: half, 4: (place) => view.getFloat32(place, little), 8: (place) => view.getFloat64(place, little) }[width];
  if (kind !== "f" || !read) throw new Refused(`${what} holds ${kind}${size}, expected float64, float32 or float16`);
  return { shape, fortran: fortran === "True", values: Float64Array.from({ length: count }, (_, i) => read(at + width * i)) };

  function half(place) {
    const bits = view.getUint16(place, little), power = (bits >> 10) & 31, rest = bits & 1023, sign = bits >> 15 ? -1 : 1;
    if (power === 31) return rest ? NaN : sign * Infinity;
    return sign * (power ? (1 + rest / 1024) * 2 ** (power - 15) : rest * 2 ** -24);
  }
}
