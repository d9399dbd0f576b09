// The network inspector on the screen: `render({model, el})`. It knows nothing of notebooks; whoever has this model can drive it.
//
// What the model holds, by whom it is set:
//   images    model   how many there are;   labeled   model   whether they have labels
//   image     both    which of them goes through the network, from 0
//   mode      both    "forward" or "backward"
//   chosen    both    [layer, neuron], layers from 1;   pointed   view   the same, [] where the pointer is elsewhere
//   verdict   model   a sentence on the image;   steps   model   {count, said} of the steps that were taken
//   network   model   {layers: [{title, heads, names, texts, bars, readable}], image}
//   lit       model   {at, links: [[layer, neuron, strength]], image}, what feeds the neuron on show
//   detail    model   {name, lines, images, tables: [{caption, heads, rows, bars, total}]}
//   error     model   a sentence, "" for none
// An image: {title, values, shape, signed, limit, texts}, values as floats of 32 bits. What the view sends: {type: "mistake" | "step" |
// "back"}; the model sends {heard: true} when it has taken something in.

import { add, addButton, addHelp, addNotices } from "../shared.js";
import { addDiagram } from "./diagram.js";
import { addNeuron } from "./neuron.js";

const HELP = {
  Image: "Which column of X goes through the network; Next mistake finds one taken for another class, and chooses the class it was taken for.",
  Forward: "Every neuron with its Z and its A.",
  Backward: "Every neuron with its dA and dZ, the slopes of the loss of this one image.",
  "Take a step": "Every weight and bias of the network moves against its slope, 0.1 times as far: what training does, here for this one " +
    "image alone. The table shows weights before and after. Undo the steps, or another image, brings the first network back.",
  "A neuron": "Pointing at it shows the sum behind it, choosing it (click or Enter) keeps it there. Lines lead from what feeds it, solid " +
    "where it adds, dashed where it takes away, wide where it matters. Tab reaches a layer, the arrow keys walk: up and down in the " +
    "layer, left and right to its neighbors.",
  "Images of the first layer": "Orange is positive, blue negative; pointing at a pixel, or the arrow keys, read its numbers.",
};
let inspectors = 0;

function render({ model, el }) {
  const id = `inspector-${++inspectors}`, root = add(el, "div", "helpers-panel network-inspector");
  let timer = null;
  const set = (name, value) => String(model.get(name)) === String(value) || save({ [name]: value });

  // The controls
  const bar = add(root, "div", "bar"), count = model.get("images"), labeled = model.get("labeled");
  const turn = (by) => set("image", (model.get("image") + by + count) % count);
  addButton(bar, "◀ Previous", "The image before", () => turn(-1));
  const label = add(bar, "label", "", "Image "), image = add(bar, "input");
  label.htmlFor = image.id = `${id}-image`;
  Object.assign(image, { type: "number", min: 0, max: count - 1, step: 1, title: "Its column in X" });
  image.addEventListener("change", () => {
    set("image", Math.min(count - 1, Math.max(0, Math.round(Number(image.value)) || 0)));
    showControls();
  });
  addButton(bar, "Next ▶", "The image after", () => turn(1));
  const modes = {};
  if (labeled) {
    addButton(bar, "Next mistake", "The next image that the network gets wrong", () => send({ type: "mistake" }));
    const group = add(bar, "span", "modes", "", { role: "group", "aria-label": "Direction" });
    modes.forward = addButton(group, "Forward", "Z and A of every neuron", () => set("mode", "forward"));
    modes.backward = addButton(group, "Backward", "dA, dZ and dW of this image", () => set("mode", "backward"));
  }
  const step = addButton(bar, "Take a step (0.1)", "Move all weights against their slopes", () => send({ type: "step" }));
  const undo = addButton(bar, "Undo the steps", "Back to the network as it was", () => send({ type: "back" }));
  const { heard, save, send, listen, showError } = addNotices(root, model, (late) => body.classList.toggle("late", late));
  const body = add(root, "div", "body");
  const [verdict, steps] = ["verdict", "steps"].map((name) => add(body, "div", name, "", { role: "status" }));

  // The network and one neuron; a hand that sweeps over many neurons asks only for the one where it rests
  const point = (at) => {
    clearTimeout(timer);
    timer = setTimeout(() => set("pointed", at), 60);
  };
  const diagram = addDiagram(body, point, (at) => set("chosen", at));
  const showNeuron = addNeuron(body);

  function showControls() {
    heard();
    image.value = model.get("image");
    for (const [name, button] of Object.entries(modes)) button.setAttribute("aria-pressed", String(model.get("mode") === name));
    const taken = model.get("steps");
    step.hidden = model.get("mode") !== "backward";
    undo.hidden = taken.count === 0;
    verdict.textContent = model.get("verdict");
    steps.textContent = taken.said;
  }
  function showNetwork() {
    heard();
    diagram.build(model.get("network"));
    showLight();
  }
  const showLight = () => {
    heard();
    diagram.light(model.get("lit"), model.get("chosen"));
  };
  const showDetail = () => showNeuron(model.get("detail"));

  addHelp(root, Object.entries(HELP));
  const end = listen({
    "image mode verdict steps": showControls, network: showNetwork, "lit chosen": showLight, detail: showDetail, error: showError,
  });
  return () => {
    clearTimeout(timer);
    end();
    diagram.end();
  };
}

export default { render };
