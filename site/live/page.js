// The live page: the four panels of the notebooks on a web page, without a kernel. one_file.py puts all of it into one HTML file.

import padView from "../../helpers/widgets/digit_pad/view.js";
import explorerView from "../../helpers/widgets/mistake_explorer/view.js";
import inspectorView from "../../helpers/widgets/network_inspector/view.js";
import labView from "../../helpers/widgets/training_lab/view.js";
import { addButton, addCopyLine } from "../../helpers/widgets/shared.js";
import { Explorer } from "./explorer.js";
import { Inspector } from "./inspector.js";
import { Lab } from "./lab.js";
import { readLink, writeLink } from "./link.js";
import { networkFrom, unpack } from "./npz.js";
import { Pad } from "./pad.js";
import { pause } from "./runs.js";
import { fromBase64 } from "./texts.js";

const PIXELS = 784, LINK_MS = 400;
const names = [..."0123456789"];
const facts = JSON.parse(document.getElementById("facts").textContent);
const place = (part) => {
  const panel = document.querySelector(`#${part} .panel`);
  panel.replaceChildren();
  return panel;
};
const link = readLink(location.hash, facts);
const embedded = parent !== window;

// Light or dark: as the system has it, as the page around this one says, or as the reader chooses
const setTheme = (theme) => (document.documentElement.dataset.theme = theme);
const dark = matchMedia("(prefers-color-scheme: dark)");
setTheme(["light", "dark"].includes(link.theme) ? link.theme : dark.matches ? "dark" : "light");
dark.addEventListener("change", () => setTheme(dark.matches ? "dark" : "light"));
addButton(document.getElementById("theme"), "Light or dark", "Change between a light and a dark page",
  () => setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));

// Some parts alone, where another page shows them in a frame: this one says how high it is
for (const section of link.show.length ? document.querySelectorAll("main > section") : []) section.hidden = !link.show.includes(section.id);
const shows = (part) => !document.getElementById(part).hidden;
document.body.classList.toggle("embedded", embedded);
if (embedded) {
  addEventListener("message", ({ data }) => ["light", "dark"].includes(data?.theme) && setTheme(data.theme));
  new ResizeObserver(() => parent.postMessage({ live: Math.ceil(document.body.getBoundingClientRect().height) }, "*")).observe(document.body);
}

// The pad answers before the digits are there
const networks = await Promise.all(facts.networks.map(async ({ name, file }) => ({ name, network: await networkFrom(new File([fromBase64(file)], name)) })));
const [WIDE, SMALL, RUN, OWN] = [0, 1, 2, 3]; // in the list of the pad's networks
let explorer = null, inspector = null, lab = null, timer = null;
const pad = new Pad(networks, names, facts.samples, () => {
  keepLink();
  followNetwork();
});
if (link.strokes.length) {
  pad.put({ pen: link.pen });
  pad.replace({ strokes: link.strokes });
}
padView.render({ model: pad, el: place("pad") });
document.documentElement.dataset.answered = performance.now().toFixed(0);

const copyLine = addCopyLine(document.getElementById("link"), "A link to your drawing and your settings", location.href).querySelector("textarea");

/** Keep the address as the page stands. */
function keepLink() {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const { strokes, sample } = pad.board, hash = writeLink({ strokes: sample ? [] : strokes, pen: pad.get("pen"), values: lab?.settings }, facts);
    copyLine.value = `${location.href.split("#")[0]}${hash}`;
    if (!embedded) history.replaceState(null, "", hash || location.pathname + location.search);
  }, LINK_MS);
}

/** Return the network that the pad asks, but for the wide one the small: the wide one may have learned from the 1,000 digits. */
function shownNetwork() {
  return pad.network === networks[WIDE].network ? networks[SMALL].network : pad.network;
}

/** Let the explorer and the inspector show it. */
function followNetwork() {
  if (!explorer || explorer.network === shownNetwork()) return;
  explorer.follow(shownNetwork());
  inspector.follow(shownNetwork());
}

/** Offer a network in one of the places; `choose`: the pad asks it from now on, else the one it asks, or what came in its place. */
function offer(number, name, network, choose) {
  const asked = pad.networks[pad.get("network")];
  networks[number] = { name, network };
  const offered = networks.filter(Boolean), at = offered.indexOf(choose ? networks[number] : asked);
  pad.offer(offered, at < 0 ? offered.indexOf(networks[number]) : at);
  followNetwork();
}

// One's own network
const said = document.getElementById("file-said"), file = document.getElementById("file");
async function take(own) {
  try {
    const network = await networkFrom(own);
    offer(OWN, `${own.name} (${network.sizes.join("-")})`, network, true);
    said.textContent = `${own.name} reads your drawing now, a network ${network.sizes.join("-")}.`;
  } catch (error) {
    said.textContent = `⚠ ${error.message}.`;
  }
}
file.addEventListener("change", () => {
  if (file.files[0]) take(file.files[0]);
  file.value = "";
});
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  const dropped = event.dataTransfer.files[0];
  if (!dropped || (event.target.closest?.(".pad-board") && !/\.npz$/i.test(dropped.name))) return; // a photo for the pad
  event.stopPropagation();
  take(dropped);
}, true);

// The digits stand at the end of the file; once they are there, all the rest begins
if (document.readyState === "loading") await new Promise((done) => addEventListener("DOMContentLoaded", done));
await pause();
const bytes = await unpack(fromBase64(document.getElementById("digits").textContent.trim()), "gzip");
const { all, train } = facts.digits, labels = bytes.subarray(0, all), X = Float64Array.from(bytes.subarray(all), (byte) => byte / 255);
const part = (from, to) => ({ X: X.subarray(PIXELS * from, PIXELS * to), labels: labels.subarray(from, to), m: to - from });
const trainSet = part(0, train), devSet = part(train, all);
pad.look(trainSet);
await pause();

if (shows("mistakes") || shows("inside")) {
  inspector = new Inspector(shownNetwork(), devSet, names);
  explorer = new Explorer(shownNetwork(), devSet, trainSet, names, (column) => {
    const section = document.getElementById("inside");
    section.hidden = false;
    inspector.lookAt(column);
    section.scrollIntoView({ behavior: "smooth" });
  });
  inspector.nextMistake();
  explorerView.render({ model: explorer, el: place("mistakes") });
  await pause();
  inspectorView.render({ model: inspector, el: place("inside") });
  await pause();
}

if (shows("train")) {
  const onRun = (run) => offer(RUN, `run ${run.number} of the lab below (${run.sizes.join("-")})`, run.network(), false);
  lab = new Lab(trainSet, devSet, names, facts, { start: link.start, onMove: keepLink, onRun });
  labView.render({ model: lab, el: place("train") });
}
if (shows("train") && shows("pad")) {
  addButton(document.getElementById("use-run"), "Let this run read your drawing", "The digit pad, the misread digits and the look inside take the run on show", () => {
    pad.offer(pad.networks, pad.networks.indexOf(networks[RUN]));
    followNetwork();
    document.getElementById("pad").scrollIntoView({ behavior: "smooth" });
  });
}
document.documentElement.dataset.ready = performance.now().toFixed(0);
