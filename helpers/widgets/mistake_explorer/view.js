// The mistake explorer on the screen: `render({model, el})`. It knows nothing of notebooks; whoever has this model can drive it.
//
// What the model holds, by whom it is set:
//   about    model   {groups, orders, names, kind, networks, nearest}: what can be chosen, the classes, what the networks are called,
//                    and whether there are training images
//   choice   both    {group, true, predicted, order, page}: texts, numbers of classes (-1 for any), a number from 1
//   page     model   {summary, counts, found, pages, cards, pixels, shape}; counts[true][predicted], pixels image after image
//   marked   both    the numbers of the images whose label was called arguably wrong;   tally   model   a sentence on them
//   closer   model   {column, note, near: [{name, note}], pixels}: the training images nearest to one, {} for none
//   error    model   a sentence, "" for none
// A card: {column, verdicts, is, true, loss, names, networks: [{who, said, bars, texts}]}.
// What the view sends: {type: "nearest" | "inside", column}. The model sends {look: column} to show one card, {heard: true} when it
// has taken something in.

import { add, addButton, addHelp, addNotices, addPicture, imageAt, ink } from "../shared.js";
import { addMatrix } from "./matrix.js";

const HELP = {
  Matrix: "A row for the true class, a column for the predicted one. A cell shows its images, the name of a row or column all its " +
    "mistakes; choosing it again lets go. Tab reaches the matrix, the arrow keys walk in it, Enter chooses.",
  Show: "Which images; with two networks, the mistakes that the better one fixes and the new ones it makes.",
  "True, Predicted": "The same choice as in the matrix, as two lists.",
  "Sort by": "How probable the network found its answer, or its loss, large where the truth got little chance.",
  Bars: "The probability of each class, ✓ the true one, ✗ the one that was predicted in its place. Each network has its own color.",
  "Label is arguably wrong": "Your own verdict; a line below counts them, explorer.doubtful lists the columns of X, and they stay " +
    "when the cell is run again.",
  "Nearest, Look inside": "The training images that differ least from this one; and all that the network computes of it.",
};

function swatch(network) {
  const sample = document.createElement("i");
  sample.className = `swatch ${network ? "second" : "first"}`;
  return sample;
}

function addProbabilities(parent, card) {
  const words = { "aria-label": `probabilities of image ${card.column}` };
  const table = add(parent, "table", card.networks.length > 1 ? "two" : "", "", words);
  card.names.forEach((name, k) => {
    const isTrue = k === card.true, isSaid = card.networks.some((network) => network.said === k);
    const row = add(table, "tr", isTrue || isSaid ? "telling" : "");
    add(row, "th", "", `${isTrue ? "✓ " : isSaid ? "✗ " : ""}${name}`).scope = "row";
    const bars = add(row, "td", "bar");
    card.networks.forEach((network, i) => {
      const bar = add(bars, "i", i ? "second" : "first");
      bar.style.width = `${Math.max(0.5, 100 * network.bars[k])}%`;
      bar.title = `${network.who}: ${network.texts[k]}`;
    });
    for (const network of card.networks) add(row, "td", "", network.texts[k].replaceAll(" ", ""));
  });
}

let explorers = 0;

function render({ model, el }) {
  const id = `explorer-${++explorers}`, root = add(el, "div", "helpers-panel mistake-explorer");
  const about = model.get("about");
  const summary = add(root, "div", "summary", "", { role: "status" });
  const { heard, save, send, listen, showError } = addNotices(root, model, (late) => body.classList.toggle("late", late));
  const body = add(root, "div", "body"), left = add(body, "div", "left"), right = add(body, "div", "right");

  const choose = (changes) => save({ choice: { ...model.get("choice"), page: 1, ...changes } });

  // The choice
  const showMatrix = addMatrix(left, (row, column) => {
    const { true: true_, predicted } = model.get("choice"), again = row === true_ && column === predicted;
    choose(again ? { true: -1, predicted: -1 } : { true: row, predicted: column });
  });
  const lists = {};
  const addList = (name, label, items, words) => {
    const line = add(left, "div", "choice"), tag = add(line, "label", "", label), list = add(line, "select");
    tag.htmlFor = list.id = `${id}-${name}`;
    list.title = words;
    for (const [text, value] of items) add(list, "option", "", text).value = value;
    list.addEventListener("change", () => choose({ [name]: name === "group" || name === "order" ? list.value : Number(list.value) }));
    lists[name] = list;
  };
  const classes = [["any", -1], ...about.names.map((name, i) => [name, i])], same = (texts) => texts.map((text) => [text, text]);
  addList("group", "Show", same(about.groups), "Which images the matrix counts and the pages show");
  addList("true", "True", classes, "Only images of this class");
  addList("predicted", "Predicted", classes, "Only images that were taken for this class");
  addList("order", "Sort by", same(about.orders), "Which images come first");

  // The pages
  const paging = add(right, "div", "paging");
  const back = addButton(paging, "◀ Previous", "The page before", () => choose({ page: model.get("choice").page - 1 }));
  const label = add(paging, "label", "", "Page "), page = add(label, "input");
  Object.assign(page, { type: "number", min: 1, step: 1 });
  page.addEventListener("change", () => choose({ page: Math.round(Number(page.value)) || 1 }));
  const forward = addButton(paging, "Next ▶", "The page after", () => choose({ page: model.get("choice").page + 1 }));
  const found = add(paging, "span", "found", "", { role: "status" });
  if (about.networks.length > 1) {
    const legend = add(right, "div", "legend");
    about.networks.forEach((name, i) => add(legend, "span").append(swatch(i), ` ${name}`));
  }
  const cards = add(right, "div", "cards", "", { role: "group", "aria-label": "the images" });
  const closer = add(right, "div", "closer"), tally = add(right, "div", "tally", "", { role: "status" });
  let boxes = new Map();

  function toggle(column, on) {
    const others = model.get("marked").filter((other) => other !== column);
    save({ marked: on ? [...others, column].sort((a, b) => a - b) : others });
  }

  function addCard(card, bytes, shape) {
    const article = add(cards, "article");
    article.dataset.column = card.column;
    const verdicts = add(article, "div", "verdicts");
    card.verdicts.forEach((verdict, k) => {
      const line = add(verdicts, "div", "", verdict);
      if (card.verdicts.length > 1) line.prepend(swatch(k), " ");
    });
    add(article, "div", "", `is ${card.is}`);
    const middle = add(article, "div", "middle");
    const canvas = addPicture(middle, bytes, shape, ink, `image ${card.column}: is ${card.is}`);
    const scale = Math.max(1, Math.floor(112 / Math.max(...shape)));
    Object.assign(canvas.style, { width: `${shape[1] * scale + 2}px`, height: `${shape[0] * scale + 2}px` });
    addProbabilities(middle, card);
    const tag = add(article, "label"), box = add(tag, "input", "", "", { type: "checkbox" });
    box.addEventListener("change", () => toggle(card.column, box.checked));
    tag.append("label is arguably wrong");
    const foot = add(article, "div", "foot");
    add(foot, "small", "", `image ${card.column}, ${card.loss}`);
    if (about.nearest) addButton(foot, "Nearest", "The training images nearest to this one", () => send({ type: "nearest", column: card.column }));
    addButton(foot, "Look inside", "All that the network computes of this image", () => send({ type: "inside", column: card.column }));
    boxes.set(card.column, box);
  }

  // What the model says
  function showPage() {
    const page_ = model.get("page");
    heard();
    summary.textContent = page_.summary;
    cards.replaceChildren();
    boxes = new Map();
    cards.classList.toggle("pairs", about.networks.length > 1);
    if (page_.cards.length === 0) add(cards, "div", "none", "No image here: choose another cell, group or digit.");
    page_.cards.forEach((card, i) => addCard(card, imageAt(page_.pixels, i, page_.shape), page_.shape));
    found.textContent = page_.found;
    showChoice();
    showMarks();
  }
  function showChoice() {
    const choice = model.get("choice"), { pages, counts } = model.get("page");
    for (const [name, list] of Object.entries(lists)) list.value = choice[name];
    showMatrix({ counts, names: about.names, kind: about.kind }, [choice.true, choice.predicted]);
    page.value = choice.page;
    page.max = pages;
    back.disabled = choice.page <= 1;
    forward.disabled = choice.page >= pages;
  }
  function showMarks() {
    const marked = new Set(model.get("marked"));
    for (const [column, box] of boxes) {
      box.checked = marked.has(column);
      box.closest("article").classList.toggle("marked", box.checked);
    }
    tally.textContent = model.get("tally");
  }
  function showCloser() {
    const { column, note: words, near, pixels } = model.get("closer");
    closer.replaceChildren();
    if (column === undefined) return;
    add(closer, "b", "", words);
    const row = add(closer, "div", "near");
    near.forEach(({ name, note: distance }, i) => {
      const shape = model.get("page").shape, figure = add(row, "figure");
      add(figure, "figcaption", "", name);
      addPicture(figure, imageAt(pixels, i, shape), shape, ink, `${name}: ${distance}`);
      add(figure, "small", "", distance);
    });
    closer.scrollIntoView({ block: "nearest", behavior: "smooth" });
  }
  function onMessage({ look }) {
    heard();
    if (look === undefined) return;
    const article = cards.querySelector(`article[data-column="${look}"]`);
    cards.querySelector(".looked-at")?.classList.remove("looked-at");
    article?.classList.add("looked-at");
    (article ?? root).scrollIntoView({ block: "center", behavior: "smooth" });
    boxes.get(look)?.focus({ preventScroll: true });
  }

  addHelp(root, Object.entries(HELP));
  return listen({ page: showPage, choice: showChoice, "marked tally": showMarks, closer: showCloser, error: showError }, onMessage);
}

export default { render };
