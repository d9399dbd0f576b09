// What the mistake explorer of the notebooks does in Python (helpers/widgets/mistake_explorer), for its view.js, with one network.

import { Model } from "./model.js";
import { imageOf, largestOf, nearest, probabilities } from "./network.js";
import { fixed, grouped, inkBytes, number, percent, sentence } from "./texts.js";

const ANY = -1, PER_PAGE = 6, MARKED = "marked as doubtful", WHO = "the network";
const GROUPS = ["mistakes", "every image", MARKED];
const ORDERS = ["surest first", "least sure first", "largest loss first", "smallest loss first", "as in the data"];
const share = (part, whole, digits) => `${fixed((100 * part) / whole, digits)}%`;

export class Explorer extends Model {
  /** devSet: whose mistakes are shown; onInside(column) is told of "Look inside". */
  constructor(network, devSet, trainSet, classNames, onInside) {
    const choice = { group: GROUPS[0], true: ANY, predicted: ANY, order: ORDERS[0], page: 1 };
    super({
      about: { groups: GROUPS, orders: ORDERS, names: classNames, kind: "digit", networks: [WHO], nearest: true },
      choice, page: {}, marked: [], tally: "", closer: {},
    });
    Object.assign(this, { devSet, trainSet, names: classNames, onInside });
    this.follow(network);
  }

  /** Show what another network gets wrong. */
  follow(network) {
    this.network = network;
    this.P = probabilities(network, this.devSet);
    this.said = this.P.map(largestOf);
    this.refresh();
  }

  changed(names) {
    if (names.includes("choice")) this.refresh();
    if (!names.includes("marked")) return;
    this.put({ tally: this.tally() });
    if (this.get("choice").group === MARKED) this.refresh();
  }

  received({ type, column }) {
    if (type === "nearest") this.showNearest(column);
    if (type === "inside") this.onInside(column);
  }

  isWrong(i) {
    return this.said[i] !== this.devSet.labels[i];
  }

  columns({ group, true: true_, predicted, order }) {
    const { labels, m } = this.devSet, marked = new Set(this.get("marked")), anyCell = true_ === ANY || predicted === ANY;
    const isIn = (i) => (group === MARKED ? marked.has(i) : group === "every image" || !anyCell || this.isWrong(i));
    const found = [...Array(m).keys()].filter((i) => isIn(i) && [ANY, labels[i]].includes(true_) && [ANY, this.said[i]].includes(predicted));
    if (order === "as in the data") return found;
    const key = (i) => this.P[i][order.includes("sure") ? this.said[i] : labels[i]];
    const way = order === "surest first" || order === "smallest loss first" ? -1 : 1;
    return found.sort((i, j) => way * (key(i) - key(j)) || i - j);
  }

  refresh() {
    const choice = { ...this.get("choice") }, { labels, m } = this.devSet;
    if (choice.true === choice.predicted && choice.true !== ANY && choice.group !== MARKED) choice.group = "every image";
    const columns = this.columns(choice), pages = Math.max(1, Math.ceil(columns.length / PER_PAGE));
    choice.page = Math.min(pages, Math.max(1, choice.page));
    const first = (choice.page - 1) * PER_PAGE, shown = columns.slice(first, first + PER_PAGE);
    const which = shown.length ? `${first + 1} to ${first + shown.length} of ${grouped(columns.length)}` : "none";
    const counts = this.names.map(() => this.names.map(() => 0)), marked = new Set(this.get("marked"));
    for (let i = 0; i < m; i++) if (choice.group !== MARKED || marked.has(i)) counts[labels[i]][this.said[i]]++;
    const wrong = this.said.filter((_, i) => this.isWrong(i)).length;
    this.put({
      choice, tally: this.tally(),
      page: {
        summary: `${sentence(WHO)} makes ${grouped(wrong)} mistakes on ${grouped(m)} images: ${share(m - wrong, m, 1)} right.`,
        counts, found: `Images ${which}, page ${choice.page} of ${pages}`, pages, cards: shown.map((i) => this.card(i)),
        pixels: inkBytes(shown.map((i) => imageOf(this.devSet, i))), shape: [28, 28],
      },
    });
  }

  card(column) {
    const P = this.P[column], said = this.said[column], true_ = this.devSet.labels[column], { names } = this;
    return {
      column, verdicts: [`${said === true_ ? "✓" : "✗"} says ${names[said]} (${percent(P[said])})`], is: names[true_], true: true_,
      loss: `loss ${number(-Math.log(P[true_]))}`, names,
      networks: [{ who: WHO, said, bars: [...P].map((p) => (Number.isFinite(p) ? p : 0)), texts: [...P].map(percent) }],
    };
  }

  tally() {
    const marked = new Set(this.get("marked")), { m } = this.devSet;
    if (marked.size === 0) return "No label is marked as arguably wrong yet.";
    const wrong = [...Array(m).keys()].filter((i) => this.isWrong(i)), left = wrong.filter((i) => !marked.has(i)).length;
    const text = `${grouped(marked.size)} marked as arguably wrong.`;
    if (marked.size === m) return text;
    return `${text} ${sentence(WHO)}: ${wrong.length - left} of its ${grouped(wrong.length)} mistakes; accuracy ` +
      `${share(m - wrong.length, m, 2)}, without the marked images ${share(m - marked.size - left, m - marked.size, 2)}.`;
  }

  showNearest(column) {
    const near = nearest(this.trainSet, imageOf(this.devSet, column));
    this.put({
      closer: {
        column, note: `The nearest of ${grouped(this.trainSet.m)} training images to image ${column}: label, picture, distance`,
        near: near.map(([i, distance]) => ({ name: this.names[this.trainSet.labels[i]], note: distance.toFixed(1) })),
        pixels: inkBytes(near.map(([i]) => imageOf(this.trainSet, i))),
      },
    });
  }
}
