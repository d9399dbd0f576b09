// From strokes or a photo to MNIST's form, as helpers/drawing.py, preprocessing.py and internals/ink.py do it, for showing only.
// tests/panels/browser/test_live_numbers.py compares every stage with theirs. A picture is {width, height, data}, data row after row:
// brightness from 0, black, to 1, white, or ink from 0 to 1.

import { Refused, rint } from "./texts.js";

export const BOARD = 280, PEN = 20, SIDE = 28;
const MIDDLE = 14, BOX = 20, WORKING_SIZE = 400, FRINGE = 0.35, HALF = 1e-6;
const THICKEST = 1 / 4, THINNEST = 1 / 12, MOST_INK = 0.6; // strokes to the size of the digit; ink to picture and border
const FAINTEST = 0.08, FAINTEST_EDGE = 0.05, LEAST_INK = 0.001, CLEAR = 4, DARKEST_SHADOW = 0.5;
const ONE_SHADE = 0.003, MOSTLY = 0.7, WIDEST = 0.3; // the border of a drawing; dark places too wide for strokes
const SPECK = 0.1, SMALLEST_DIGIT = 0.15, BLOCKS = 100, FEW_PIXELS = 100;

export const pictureOf = (width, height, data = new Float64Array(width * height)) => ({ width, height, data });
const each = (picture, change) => pictureOf(picture.width, picture.height, picture.data.map(change));
const longest = ({ width, height }) => Math.max(width, height);
const between = (value, low, high) => Math.min(high, Math.max(low, value));
const largest = (values) => values.reduce((most, value) => Math.max(most, value), -Infinity);
const smallest = (values) => values.reduce((least, value) => Math.min(least, value), Infinity);
const total = (values) => values.reduce((sum, value) => sum + value, 0);

/** Return the picture of strokes, lists of points [x, y] on a board of 280 by 280, dark on a white square. */
export function drawStrokes(strokes, pen = PEN, side = 140) {
  const scale = side / BOARD, picture = pictureOf(side, side), radius = (pen * scale) / 2;
  for (const points of strokes) {
    const places = points.map((point) => point.map((value) => value * scale - 0.5)); // pixel 0 has its middle at 0
    places.slice(0, Math.max(1, places.length - 1)).forEach((start, i) => drawSegment(picture, start, places[i + 1] ?? start, radius));
  }
  return each(picture, (ink) => 1 - ink);
}

function drawSegment({ width, height, data }, start, end, radius) {
  const low = [0, 1].map((k) => Math.max(0, Math.floor(Math.min(start[k], end[k]) - radius - 1)));
  const high = [0, 1].map((k) => Math.min([width, height][k], Math.ceil(Math.max(start[k], end[k]) + radius + 2)));
  const [right, down] = [end[0] - start[0], end[1] - start[1]], square = Math.max(right * right + down * down, 1e-9);
  for (let y = low[1]; y < high[1]; y++) {
    for (let x = low[0]; x < high[0]; x++) {
      const share = between(((x - start[0]) * right + (y - start[1]) * down) / square, 0, 1);
      const distance = Math.hypot(x - start[0] - share * right, y - start[1] - share * down);
      const ink = between(radius + 0.5 - distance, 0, 1);
      if (ink > data[y * width + x]) data[y * width + x] = ink;
    }
  }
}

/** Return {x, stages, doubts}: a digit in MNIST's form, how it came about, and why it may not be one. Throws Refused. */
export function preprocess(gray) {
  const small = shrink(gray, WORKING_SIZE);
  const [ink, note] = findInk(small, paperOfADrawing(gray)[1] < MOSTLY);
  const cropped = crop(ink), scaled = scaleToFit(cropped, BOX), [centered, moved] = center(scaled);
  const size = (picture) => `${picture.width} × ${picture.height} pixels`;
  const stages = [
    { name: "gray", note: `${size(gray)}, one brightness each`, image: small },
    { name: "ink", note, image: ink },
    { name: "cropped", note: `cut to the ink, ${size(cropped)}`, image: cropped },
    { name: "scaled", note: `${size(scaled)}: fits 20 × 20, its shape kept`, image: scaled },
    { name: "centered", note: moved, image: centered },
  ];
  return { x: centered.data, stages, doubts: doubtsOf(stages) };
}

function doubtsOf([, ink, cropped]) {
  const dark = each(ink.image, (value) => (value > 0.5 ? 1 : 0)), doubts = [];
  const parts = withoutSpecks(findPatches(dark).patches).length;
  if (parts > 1) doubts.push(`there are ${parts} patches of ink: more than one digit?`);
  if (strokeWidth(dark) / longest(cropped.image) > THICKEST) doubts.push("the strokes are thick for the size of the digit: a thinner pen?");
  if (ink.note.includes("thickened")) doubts.push("the strokes were thin, and were thickened");
  if (total(dark.data) / dark.data.length > 0.5) doubts.push("ink covers over half of the picture: is there more than the digit?");
  if (borderOf(dark).some(Boolean)) doubts.push("ink runs out of the picture: is the digit cut off?");
  return doubts;
}

/** Return how much ink each pixel has, and a sentence on how it was found. */
function findInk(gray, photo) {
  const [away, light] = photo ? awayFromTheBackground(gray) : awayFromTheBorder(gray), most = largest(away);
  let note = light ? "light strokes on dark: kept" : "dark strokes on light: inverted";
  if (most < 0.02) throw new Refused("the picture is blank: nothing stands out from its background; draw or write a digit");
  const threshold = photo ? thresholdOfAPhoto(away) : FAINTEST_EDGE * most;
  const dark = away.map((value) => (value > threshold ? 1 : 0)), contrast = photo ? contrastOf(away, dark) : most;
  if (contrast < FAINTEST) {
    throw new Refused(`the picture is blank or its ink too faint: it differs from the background by ${(100 * contrast).toFixed(0)}% of the way ` +
      "from black to white, expected 8%; take a darker pen or more light");
  }
  let ink = pictureOf(gray.width, gray.height, photo ? dark : away.map((value, i) => (dark[i] * value) / most));
  ink = onlyTheDigit(ink);
  const full = each(ink, (value) => (value > 0.5 ? 1 : 0)), { top, left, bottom, right } = boxOf(full, 0.5);
  const missing = THINNEST * Math.max(bottom - top - 1, right - left - 1) - strokeWidth(full);
  if (missing > 0.5) {
    ink = thicken(ink, missing / 2);
    note += `, thickened by ${rint(missing)} px`;
  }
  return [ink, photo ? `${note}, black or white by Otsu's threshold` : note];
}

/** Return the median brightness of a picture, and the share of its border that has it. */
function paperOfADrawing(gray) {
  const [down, right] = [Math.ceil(gray.height / 400), Math.ceil(gray.width / 400)], some = [];
  for (let y = 0; y < gray.height; y += down) for (let x = 0; x < gray.width; x += right) some.push(gray.data[y * gray.width + x]);
  const shade = quantile(Float64Array.from(some).sort(), 0.5, true), border = borderOf(gray);
  return [shade, border.filter((value) => Math.abs(value - shade) <= ONE_SHADE).length / border.length];
}

function quantile(sorted, share, lower = false) {
  const place = share * (sorted.length - 1), at = Math.floor(place), rest = lower ? 0 : place - at;
  return sorted[at] + (rest && rest * (sorted[at + 1] - sorted[at]));
}

/** Return the pixels along the four sides; those in the corners twice. */
function borderOf({ width, height, data }) {
  const rows = [...data.subarray(0, width), ...data.subarray((height - 1) * width)], sides = [];
  for (let y = 0; y < height; y++) sides.push(data[y * width], data[(y + 1) * width - 1]);
  return [...rows, ...sides];
}

function awayFromTheBorder(gray) {
  const shade = paperOfADrawing(gray)[0], away = gray.data.map((value) => value - shade);
  const light = total(away.map((value) => value ** 3)) > 0;
  return [away.map((value) => Math.max(light ? value : -value, 0)), light];
}

// In a photo the background is what is left when all strokes are filled in from around them

function awayFromTheBackground(gray) {
  const negative = each(gray, (value) => 1 - value);
  const light = roughness(withoutStrokes(negative)) < roughness(withoutStrokes(gray)), picture = light ? negative : gray;
  const ground = withoutStrokes(picture), shadow = DARKEST_SHADOW * largest(ground.data);
  return [picture.data.map((value, i) => (ground.data[i] - value) / Math.max(ground.data[i], shadow)), light];
}

function withoutStrokes(gray) {
  const width = 2 * rint((WIDEST * longest(gray)) / 2) + 1, negative = (picture) => each(picture, (value) => -value);
  return negative(highestAround(negative(highestAround(gray, width)), width));
}

/** Return the highest value in the square of this odd width around each place. */
function highestAround(picture, width) {
  for (let turn = 0; turn < 2; turn++) { // along the rows, then along the columns: each turn transposes
    const { width: columns, height: rows, data } = picture, reach = (width - 1) / 2, long = columns + 2 * reach;
    picture = pictureOf(rows, columns);
    for (let y = 0; y < rows; y++) {
      let highest = Float64Array.from({ length: long }, (_, x) => data[y * columns + between(x - reach, 0, columns - 1)]);
      for (let covered = 1, step; covered < width; covered += step) {
        step = Math.min(covered, width - covered);
        highest = highest.subarray(0, highest.length - step).map((value, x) => Math.max(value, highest[x + step]));
      }
      for (let x = 0; x < columns; x++) picture.data[x * rows + y] = highest[x];
    }
  }
  return picture;
}

function roughness({ width, height, data }) {
  let sum = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0, i = y * width; x < width; x++, i++) {
      if (x > 0) sum += Math.abs(data[i] - data[i - 1]);
      if (y > 0) sum += Math.abs(data[i] - data[i - width]);
    }
  }
  return sum;
}

function thresholdOfAPhoto(away) {
  return Math.max(otsuThreshold(away), 0.5 * quantile(Float64Array.from(away).sort(), 1 - LEAST_INK));
}

/** Return the threshold that splits values best: the largest variance between two means (Otsu 1979). */
function otsuThreshold(values) {
  const low = smallest(values), step = (largest(values) - low) / 256, counts = new Float64Array(256);
  for (const value of values) counts[Math.min(255, Math.floor((value - low) / step))]++;
  const all = counts.reduce((sum, count, i) => sum + count * (low + (i + 0.5) * step), 0), variances = [];
  for (let i = 0, below = 0, sum = 0; i < 255; i++) {
    below += counts[i];
    sum += counts[i] * (low + (i + 0.5) * step);
    const above = values.length - below;
    variances.push(below * above * (sum / below - (all - sum) / above) ** 2);
  }
  const most = largest(variances), best = [...variances.keys()].filter((i) => variances[i] >= most * (1 - 1e-12));
  return low + step * (1 + total(best) / best.length);
}

function contrastOf(away, dark) {
  const mean = (values) => total(values) / values.length;
  const [ink, ground] = [away.filter((_, i) => dark[i]), away.filter((_, i) => !dark[i])], paper = mean(ground);
  const contrast = mean(ink) - paper, unrest = Math.sqrt(mean(ground.map((value) => (value - paper) ** 2)));
  if (contrast >= CLEAR * unrest) return contrast;
  throw new Refused("no digit stands out: the background is as restless as what is on it; write on plain paper and take the photo in even light");
}

// Patches of ink, told apart on a grid of blocks

function onlyTheDigit(ink) {
  const { labels, columns, block, patches } = findPatches(each(ink, (value) => (value > 0 ? 1 : 0)));
  const chosen = patchesOfTheDigit(patches), count = sideBySide(chosen);
  if (longest(ink) >= FEW_PIXELS && count > 1) throw new Refused(`there seem to be ${count} digits side by side; draw or cut out one`);
  const kept = new Set(chosen.map((patch) => patch.label));
  const left = each(ink, (value, i) => {
    const [y, x] = [Math.floor(i / ink.width), i % ink.width];
    return kept.has(labels[Math.floor(y / block) * columns + Math.floor(x / block)]) ? value : 0;
  });
  const dark = each(left, (value) => (value > 0.5 ? 1 : 0));
  for (const [values, where] of [[dark.data, "picture"], [borderOf(dark), "picture's border"]]) {
    const share = total(values) / values.length;
    if (share > MOST_INK) throw new Refused(`ink covers ${(100 * share).toFixed(0)}% of the ${where}: leave some background on all sides of the digit`);
  }
  return left;
}

/** Return the labels of the blocks of a picture of 0 and 1, and its patches: label, area, box in blocks. */
function findPatches(ink) {
  const block = Math.max(1, Math.ceil(longest(ink) / BLOCKS));
  const [rows, columns] = [Math.ceil(ink.height / block), Math.ceil(ink.width / block)];
  const areas = new Float64Array(rows * columns), labels = new Int32Array(rows * columns), patches = [];
  ink.data.forEach((value, i) => (areas[Math.floor(Math.floor(i / ink.width) / block) * columns + Math.floor((i % ink.width) / block)] += value));
  for (let first = 0; first < areas.length; first++) {
    if (areas[first] === 0 || labels[first]) continue;
    const label = patches.length + 1, places = [first];
    labels[first] = label;
    for (let at = 0; at < places.length; at++) { // the list grows while it is walked
      const [y, x] = [Math.floor(places[at] / columns), places[at] % columns];
      for (let down = Math.max(0, y - 1); down <= Math.min(rows - 1, y + 1); down++) {
        for (let right = Math.max(0, x - 1); right <= Math.min(columns - 1, x + 1); right++) {
          const next = down * columns + right;
          if (areas[next] === 0 || labels[next]) continue;
          labels[next] = label;
          places.push(next);
        }
      }
    }
    patches.push(patchOf(label, places, areas, rows, columns));
  }
  return { labels, columns, block, patches: patches.sort((one, other) => other.area - one.area) };
}

function patchOf(label, places, areas, rows, columns) {
  const ys = places.map((place) => Math.floor(place / columns)), xs = places.map((place) => place % columns);
  const [top, left, bottom, right] = [smallest(ys), smallest(xs), largest(ys) + 1, largest(xs) + 1];
  const covered = (distances, along, length) => { // the share of a side along which there is ink within an eighth of the box
    const reach = Math.ceil(length / 8), seen = new Set(along.filter((_, i) => distances[i] < reach));
    return seen.size;
  };
  const [height, width] = [bottom - top, right - left];
  const edges = [
    covered(ys.map((y) => y - top), xs, height) / width, covered(ys.map((y) => bottom - 1 - y), xs, height) / width,
    covered(xs.map((x) => x - left), ys, width) / height, covered(xs.map((x) => right - 1 - x), ys, width) / height,
  ];
  const runsOut = Math.min(top, left) === 0 || bottom === rows || right === columns, area = total(places.map((place) => areas[place]));
  return { label, area, top, left, bottom, right, extent: Math.max(height, width), runsOut, edgesCovered: Math.min(...edges) };
}

function patchesOfTheDigit(patches) {
  const [inside, outside] = [patches.filter((patch) => !patch.runsOut), patches.filter((patch) => patch.runsOut)];
  const reach = (some) => largest(some.map((patch) => patch.extent));
  if (inside.length && outside.length && reach(inside) >= SMALLEST_DIGIT * reach(outside)) patches = inside;
  patches = withoutSpecks(patches);
  const isAround = (one, other) => one.top < other.top && one.bottom > other.bottom && one.left < other.left && one.right > other.right &&
    one.edgesCovered > 0.8;
  return patches.filter((patch) => !patches.some((other) => isAround(patch, other)));
}

function withoutSpecks(patches) {
  const [area, extent] = ["area", "extent"].map((name) => largest(patches.map((patch) => patch[name])));
  return patches.filter((patch) => patch.area >= SPECK * area && patch.extent >= 2 * SPECK * extent);
}

function sideBySide(patches) {
  const tallest = largest(patches.map((patch) => patch.bottom - patch.top)), area = largest(patches.map((patch) => patch.area));
  const digits = patches.filter((patch) => patch.bottom - patch.top >= 0.75 * tallest && patch.area >= 0.3 * area);
  digits.sort((one, other) => one.left - other.left);
  return digits.reduce((count, digit, i) => count + (i > 0 && digit.left - digits[i - 1].right >= 0.1 * tallest ? 1 : 0), 1);
}

/** Return the mean width of strokes in a picture of 0 and 1: twice the area over the length of the outline. */
export function strokeWidth({ width, height, data }) {
  let outline = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0, i = y * width; x < width; x++, i++) {
      if (!data[i]) continue;
      outline += (x === 0 || !data[i - 1]) + (x === width - 1 || !data[i + 1]);
      outline += (y === 0 || !data[i - width]) + (y === height - 1 || !data[i + width]);
    }
  }
  return (2 * total(data)) / ((outline * Math.PI) / 4);
}

/** Return the ink grown by a disk of this radius, on a larger picture. */
function thicken(ink, radius) {
  const reach = Math.ceil(radius), grown = pictureOf(ink.width + 2 * reach, ink.height + 2 * reach);
  for (let down = -reach; down <= reach; down++) {
    for (let right = -reach; right <= reach; right++) {
      if (down ** 2 + right ** 2 > radius ** 2) continue;
      for (let y = 0; y < ink.height; y++) {
        for (let x = 0, i = y * ink.width, k = (y + reach + down) * grown.width + reach + right; x < ink.width; x++, i++, k++) {
          if (ink.data[i] > grown.data[k]) grown.data[k] = ink.data[i];
        }
      }
    }
  }
  return grown;
}

// Size and place

function boxOf({ width, data }, above) {
  let [top, left, bottom, right] = [Infinity, Infinity, 0, 0];
  data.forEach((value, i) => {
    if (!(value > above)) return;
    const [y, x] = [Math.floor(i / width), i % width];
    [top, left, bottom, right] = [Math.min(top, y), Math.min(left, x), Math.max(bottom, y + 1), Math.max(right, x + 1)];
  });
  return { top, left, bottom, right };
}

/** Return a part of a picture. */
export function cutOut({ width, data }, { top, left, bottom, right }) {
  const part = pictureOf(right - left, bottom - top);
  for (let y = top; y < bottom; y++) part.data.set(data.subarray(y * width + left, y * width + right), (y - top) * part.width);
  return part;
}

function crop(ink) {
  return cutOut(ink, boxOf(ink, FRINGE * largest(ink.data)));
}

/** Return the picture with its longer side at most `most` pixels. */
export function shrink(picture, most) {
  const factor = Math.min(1, most / longest(picture));
  return factor === 1 ? picture : resize(picture, Math.max(2, rint(picture.width * factor)), Math.max(2, rint(picture.height * factor)));
}

function scaleToFit(ink, box) {
  const factor = box / longest(ink);
  return resize(ink, Math.max(1, rint(ink.width * factor)), Math.max(1, rint(ink.height * factor)));
}

/** Return a picture at another size, each new pixel a weighted mean of the old ones under it. */
export function resize(picture, width, height) {
  const columns = weightsFor(picture.width, width), rows = weightsFor(picture.height, height);
  const wide = pictureOf(width, picture.height), resized = pictureOf(width, height);
  const [low, high] = [smallest(picture.data), largest(picture.data)];
  for (let y = 0; y < picture.height; y++) {
    columns.forEach(([first, weights], x) => {
      let sum = 0;
      weights.forEach((weight, k) => (sum += weight * picture.data[y * picture.width + first + k]));
      wide.data[y * width + x] = sum;
    });
  }
  rows.forEach(([first, weights], y) => {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      weights.forEach((weight, k) => (sum += weight * wide.data[(first + k) * width + x]));
      resized.data[y * width + x] = between(sum, low, high); // rounding may go a little over
    }
  });
  return resized;
}

/** Return, for each new pixel along one side, the first old pixel under it and the weights of those from there on. */
function weightsFor(old, count) {
  const step = old / count, reach = Math.max(step, 1);
  return Array.from({ length: count }, (_, i) => {
    const place = (i + 0.5) * step - 0.5, first = Math.max(0, Math.ceil(place - reach)), last = Math.min(old - 1, Math.floor(place + reach));
    const weights = Array.from({ length: last - first + 1 }, (_, k) => Math.max(0, 1 - Math.abs(place - first - k) / reach));
    const sum = total(weights);
    return [first, weights.map((weight) => weight / sum)];
  });
}

function center(ink) {
  const mass = total(ink.data), balance = [0, 0];
  ink.data.forEach((value, i) => {
    balance[0] += value * Math.floor(i / ink.width);
    balance[1] += value * (i % ink.width);
  });
  const wanted = balance.map((sum) => rint(MIDDLE - sum / mass - HALF));
  const [top, left] = [between(wanted[0], 0, SIDE - ink.height), between(wanted[1], 0, SIDE - ink.width)];
  const picture = pictureOf(SIDE, SIDE);
  for (let y = 0; y < ink.height; y++) picture.data.set(ink.data.subarray(y * ink.width, (y + 1) * ink.width), (top + y) * SIDE + left);
  const fits = top === wanted[0] && left === wanted[1];
  return [picture, `center of mass ${fits ? "in the middle of" : "as near as it fits to the middle of"} 28 × 28: ${left} px from the left, ${top} from the top`];
}
