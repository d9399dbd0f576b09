// What the digit pad of the notebooks does in Python (helpers/widgets/digit_pad), for its view.js.

import { Model } from "./model.js";
import { forward, imageOf, largestOf, nearest } from "./network.js";
import { PEN, cutOut, drawStrokes, pictureOf, preprocess, shrink, strokeWidth } from "./preprocess.js";
import { Refused, grouped, inkBytes, percent, rint, sentence } from "./texts.js";

const FIRST = 7, SHOWN = 280, THUMBNAIL = 40, MOST_UNDONE = 100, WORKING_PIXELS = 1600;
const SURE = 0.6, AGREE = 6, MEASURED = 500, UNUSUAL = 0.98;
const NO_ANSWER = {
  stamp: 0, sentence: "Draw a digit.", probabilities: [], shares: [], stages: [], hidden: [], nearest: [], nearest_note: "", doubts: [],
  redraw: false,
};

/** Return a picture as the view takes it. */
function pixels({ width, height, data }, words = {}) {
  return { width, height, data: Uint8Array.from(data, (value) => rint(255 * Math.min(1, Math.max(0, value)))), ...words };
}

const pictureOfBoard = ({ strokes, image }, pen) => image ?? drawStrokes(strokes, pen);
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

/** Return the boards to which undo goes back once these strokes lie where `board` lay: none while a stroke grows. */
function boardsBetween(board, strokes) {
  const count = board.strokes.length, grown = !board.image && count <= strokes.length &&
    board.strokes.every((points, i) => same(points, strokes[i].slice(0, points.length)));
  const steps = [];
  for (let n = grown ? count : 1; n < strokes.length; n++) steps.push({ strokes: strokes.slice(0, n) });
  return grown ? steps : [board, ...steps];
}

export class Pad extends Model {
  /** networks: [{name, network}]; samples: strokes of ten digits; onDrawn() is told of all that the reader does. */
  constructor(networks, classNames, samples, onDrawn = () => {}) {
    const boards = samples.map((strokes) => ({ strokes, sample: true }));
    super({
      strokes: [], stamp: 0, pen: PEN, sample: true, network: 0, picture: {}, class_names: classNames, answer: NO_ANSWER,
      samples: boards.map((board, i) => pixels(shrink(pictureOfBoard(board), THUMBNAIL), { name: classNames[i] })),
      networks: networks.map(({ name }) => name), kept: { labels: [], said: [], data: new Uint8Array() },
    });
    Object.assign(this, { networks, boards, onDrawn, labels: [], images: [], before: [], upload: [], trainSet: null, widths: [], x: null });
    this.replace(boards[FIRST]);
    this.before = [];
  }

  get network() {
    return this.networks[this.get("network")].network;
  }

  /** Offer these networks, and ask number `chosen`. */
  offer(networks, chosen = this.get("network")) {
    this.networks = networks;
    this.put({ networks: networks.map(({ name }) => name), network: chosen });
    this.answer();
    this.showKept();
  }

  /** Show what lies nearest among the images of a training set from now on. */
  look(trainSet) {
    this.trainSet = trainSet;
    const every = Math.ceil(trainSet.m / MEASURED), widths = [];
    for (let i = 0; i < trainSet.m; i += every) {
      const dark = imageOf(trainSet, i).map((value) => (value > 0.5 ? 1 : 0));
      if (dark.some(Boolean)) widths.push(strokeWidth(pictureOf(28, 28, dark)));
    }
    this.widths = widths;
    this.answer();
  }

  changed(names) {
    if (names.includes("network")) {
      this.answer();
      this.showKept();
      this.onDrawn();
    }
    if (!["strokes", "stamp", "pen"].some((name) => names.includes(name))) return;
    const strokes = this.get("strokes"), known = same(strokes, this.board.strokes);
    if (known && this.get("answer").stamp === this.get("stamp") && !names.includes("pen")) return;
    if (!known) {
      this.remember(...boardsBetween(this.board, strokes));
      this.board = { strokes };
    }
    this.answer();
    this.onDrawn();
  }

  async received(message, [piece]) {
    const { type, number: at, label, box } = message;
    if (type === "undo" && this.before.length) this.lay(this.before.pop());
    if (type === "clear") this.replace({ strokes: [] });
    if (type === "sample") this.replace(this.boards[at]);
    if (type === "crop") this.crop(box);
    if (type === "keep") this.keep(label);
    if (type === "forget") {
      this.labels.pop();
      this.images.pop();
      this.showKept();
    }
    if (type === "file") await this.receive(message, piece);
    this.onDrawn();
  }

  crop([left, top, right, bottom]) {
    const { image } = this.board, along = (share, length) => rint(Math.min(1, Math.max(0, share)) * length);
    const [x, y] = [[left, right].map((at) => along(at, image.width)), [top, bottom].map((at) => along(at, image.height))];
    this.load(cutOut(image, { left: x[0], right: x[1], top: y[0], bottom: y[1] }));
  }

  load(image) {
    preprocess(image);
    this.replace({ strokes: [], image, sample: true });
  }

  keep(label) {
    if (!this.x) throw new Refused("there is no digit to keep; draw one first");
    this.labels.push(label);
    this.images.push(this.x);
    this.showKept();
    this.replace({ strokes: [] });
  }

  async receive({ name, part, parts }, piece) {
    this.upload = part === 0 ? [piece] : [...this.upload, piece];
    if (part < parts - 1) return;
    const file = new Blob(this.upload);
    this.upload = [];
    let bitmap;
    try {
      bitmap = await createImageBitmap(file);
    } catch {
      throw new Refused(`${name} is no picture that this browser can read; save it as PNG or JPEG`);
    }
    this.load(grayOf(bitmap));
  }

  showKept() {
    const said = this.images.map((x) => largestOf(forward(this.network, x).at(-1)));
    this.put({ kept: { labels: [...this.labels], said, data: inkBytes(this.images) } });
  }

  replace(board) {
    if (this.board) this.remember(this.board);
    this.lay(board);
  }

  remember(...boards) {
    this.before = [...this.before, ...boards].slice(-MOST_UNDONE);
  }

  lay(board) {
    this.board = board;
    const picture = board.image ? pixels(shrink(board.image, SHOWN)) : {};
    this.put({ strokes: board.strokes, sample: Boolean(board.sample), picture });
    this.answer();
  }

  answer() {
    let answer = { ...NO_ANSWER, stamp: this.get("stamp") };
    this.x = null;
    if (this.board.strokes.length || this.board.image) {
      try {
        answer = { ...answer, ...this.asked(preprocess(pictureOfBoard(this.board, this.get("pen")))) };
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        answer.sentence = `${sentence(error.message)}.`;
      }
    }
    this.put({ answer });
  }

  asked({ x, stages, doubts }) {
    const names = this.get("class_names"), activations = forward(this.network, (this.x = x)), P = [...activations.at(-1)];
    const order = [...P.keys()].sort((i, j) => P[j] - P[i] || i - j), named = order.slice(0, 2).map((i) => `${names[i]} (${percent(P[i])})`);
    const answer = {
      sentence: P[order[0]] >= SURE || named.length === 1 ? `The network says ${named[0]}.` : `Not sure: ${named[0]} or ${named[1]}?`,
      probabilities: P, shares: P.map(percent), stages: stages.map(({ image, ...words }) => pixels(image, words)),
      hidden: activations.slice(1, -1).map((A, l) => ({
        name: `Hidden layer ${l + 1}`, values: [...A],
        note: `${A.filter((a) => a > 0).length} of ${A.length} neurons above 0; highest ${Math.max(...A).toFixed(2)}`,
      })),
      nearest: this.nearestOf(x), nearest_note: "",
    };
    if (this.trainSet) answer.nearest_note = `The nearest of ${grouped(this.trainSet.m)} training digits: label, picture, distance`;
    const all = this.doubts(doubts, x, names[order[0]], answer.nearest.map(({ name }) => name));
    return { ...answer, doubts: all.map(sentence), redraw: this.board.strokes.length > 0 && all.some((doubt) => doubt.includes("strokes")) };
  }

  nearestOf(x) {
    const { trainSet } = this, names = this.get("class_names");
    return (trainSet ? nearest(trainSet, x) : []).map(([i, distance]) =>
      pixels(pictureOf(28, 28, imageOf(trainSet, i)), { name: names[trainSet.labels[i]], distance }));
  }

  /** Return the sentences on why an answer may be wrong. near: the labels of the nearest training digits. */
  doubts(doubts, x, said, near) {
    const width = strokeWidth(pictureOf(28, 28, x.map((value) => (value > 0.5 ? 1 : 0)))), { widths } = this;
    for (const [kind, beyond] of [["thinner", (other) => other > width], ["thicker", (other) => other < width]]) {
      const share = widths.filter(beyond).length / widths.length;
      if (!(share >= UNUSUAL)) continue;
      doubts = [...doubts.filter((doubt) => !doubt.includes("strokes")), `the strokes are ${kind} than in ${percent(share)} of the training digits`];
    }
    const count = (name) => near.filter((other) => other === name).length;
    const most = near.reduce((best, name) => (count(name) > count(best) ? name : best), near[0] ?? said);
    if (most !== said && count(most) >= AGREE) return [...doubts, `${count(most)} of the ${near.length} nearest training digits are ${most}`];
    if (near.length && count(most) <= near.length / 2) return [...doubts, `the nearest training digits disagree: ${near.join(", ")}`];
    return doubts;
  }
}

/** Return a decoded picture as brightness, on white where it is transparent. */
function grayOf(bitmap) {
  const factor = Math.min(1, WORKING_PIXELS / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((length) => Math.max(1, Math.round(length * factor)));
  const canvas = Object.assign(document.createElement("canvas"), { width, height }), pen = canvas.getContext("2d");
  pen.fillStyle = "white";
  pen.fillRect(0, 0, width, height);
  pen.drawImage(bitmap, 0, 0, width, height);
  const { data } = pen.getImageData(0, 0, width, height);
  const gray = Float64Array.from({ length: width * height }, (_, i) => (0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]) / 255);
  return pictureOf(width, height, gray);
}
