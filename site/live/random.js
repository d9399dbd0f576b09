// NumPy's random generator, `np.random.default_rng(seed)`, as far as training needs it: SeedSequence, PCG64, permutations, normal numbers.
// With it a run on the page is the run that helpers.training.train makes of the same settings.
// Sources: O'Neill, "PCG: a family of simple fast space-efficient statistically good algorithms for random number generation", 2014;
// Marsaglia and Tsang, "The ziggurat method for generating random variables", 2000.

const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;
const TAIL = 3.6541528853610087963519472518; // where the tail of the ziggurat begins
const AREA = 0.004928673233974658; // of each of its 256 layers
const WHOLE = 2 ** 52;

/** Return the words with which a seed fills the generator, as SeedSequence(seed).generate_state(4, np.uint64). */
function seedWords(seed) {
  const pool = [seed >>> 0, 0, 0, 0];
  let factor = 0x43b0d7e5;
  const hash = (value) => {
    value ^= factor;
    factor = Math.imul(factor, 0x931e8875);
    value = Math.imul(value, factor);
    return value ^ (value >>> 16);
  };
  const mix = (x, y) => {
    const value = (Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y)) | 0;
    return value ^ (value >>> 16);
  };
  pool.forEach((value, i) => (pool[i] = hash(value)));
  for (let from = 0; from < 4; from++) {
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to], hash(pool[from]));
  }
  factor = 0x8b51f9dd;
  const words = Array.from({ length: 8 }, (_, i) => {
    let value = pool[i % 4] ^ factor;
    factor = Math.imul(factor, 0x58f38ded);
    value = Math.imul(value, factor);
    return BigInt((value ^ (value >>> 16)) >>> 0);
  });
  return [0, 2, 4, 6].map((i) => words[i] | (words[i + 1] << 32n));
}

// The layers of the ziggurat: scale of a number in each, the largest that is surely inside, height of the curve
const [SCALES, INSIDE, HEIGHTS] = [0, 1, 2].map(() => new Float64Array(256));
{
  const curve = (x) => Math.exp(-0.5 * x * x), widest = AREA / curve(TAIL);
  let x = TAIL, before = TAIL;
  [SCALES[0], SCALES[255]] = [widest / WHOLE, TAIL / WHOLE];
  [INSIDE[0], INSIDE[1]] = [(TAIL / widest) * WHOLE, 0];
  [HEIGHTS[0], HEIGHTS[255]] = [1, curve(TAIL)];
  for (let i = 254; i > 0; i--) {
    x = Math.sqrt(-2 * Math.log(AREA / x + curve(x)));
    INSIDE[i + 1] = (x / before) * WHOLE;
    before = x;
    [HEIGHTS[i], SCALES[i]] = [curve(x), x / WHOLE];
  }
}

export class Random {
  constructor(seed) {
    const words = seedWords(seed);
    this.step_ = (((words[2] << 64n) | words[3]) << 1n) | 1n;
    this.state = 0n;
    this.left = null; // the second half of a number of 64 bits
    this.next64();
    this.state += (words[0] << 64n) | words[1];
    this.next64();
  }

  next64() {
    this.state = BigInt.asUintN(128, this.state * MULTIPLIER + this.step_);
    const mixed = BigInt.asUintN(64, (this.state >> 64n) ^ this.state), turn = this.state >> 122n;
    return BigInt.asUintN(64, (mixed >> turn) | (mixed << (64n - turn)));
  }

  next32() {
    if (this.left !== null) {
      const left = this.left;
      this.left = null;
      return left;
    }
    const both = this.next64();
    this.left = Number(both >> 32n);
    return Number(both & 0xffffffffn);
  }

  /** Return a number from 0 to 1. */
  uniform() {
    return Number(this.next64() >> 11n) / 2 ** 53;
  }

  /** Return a whole number from 0 to `most`: of the bits that it needs, until they are not too large. */
  below(most) {
    const mask = 2 ** (32 - Math.clz32(most)) - 1;
    for (;;) {
      const value = this.next32() & mask;
      if (value <= most) return value;
    }
  }

  /** Return the numbers from 0 to n - 1 in random order. */
  permutation(n) {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.below(i);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** Return a number of the standard normal distribution. */
  normal() {
    for (;;) {
      const bits = this.next64(), layer = Number(bits & 0xffn), size = Number((bits >> 9n) & 0xfffffffffffffn);
      const x = size * SCALES[layer] * ((bits >> 8n) & 1n ? -1 : 1);
      if (size < INSIDE[layer]) return x;
      if (layer > 0) {
        if ((HEIGHTS[layer - 1] - HEIGHTS[layer]) * this.uniform() + HEIGHTS[layer] < Math.exp(-0.5 * x * x)) return x;
        continue;
      }
      for (;;) {
        const beyond = -Math.log1p(-this.uniform()) / TAIL, y = -Math.log1p(-this.uniform());
        if (y + y > beyond * beyond) return (bits >> 17n) & 1n ? -(TAIL + beyond) : TAIL + beyond;
      }
    }
  }
}
