// The reading test in the browser. The model: about {names, sure, count, shape}; state {number, words, pixels} while there is an image to
// read, {number: null, words, png, alt} when all are read; error, a sentence, "" for none.
// What the view sends: {type: "read", number, said, sure}; the model sends {heard: true} when it has taken it in.

import { add, addButton, addNotices, addPicture, imageAt, ink } from "../shared.js";

let tests = 0;

function render({ model, el }) {
  const { names, sure, count, shape } = model.get("about"), id = `reading-${++tests}`;
  const root = add(el, "div", "helpers-panel reading-test");
  const place = add(root, "div", "place", "", { role: "status" });
  const body = add(root, "div", "body"), picture = add(body, "div"), right = add(body, "div");
  const words = add(root, "div", "words"), result = add(root, "div"), { heard, send, listen, showError } = addNotices(root, model);
  let said = null, waiting = false, focused = false;

  const addKeys = (title, texts, onClick) => {
    const label = add(right, "div", "", title, { id: `${id}-${title.length}` });
    const keys = add(right, "div", "keys", "", { role: "group", "aria-labelledby": label.id });
    return texts.map((text, i) => addButton(keys, text, `${title} ${text}`, () => onClick(i)));
  };
  const answers = addKeys("What do you read? (or press its key)", names, (i) => choose(i));
  const levels = addKeys("How sure are you that this is right?", sure.map((percent) => `${percent} %`), (i) => {
    waiting = focused = true; // a button that is switched off loses the focus, which the next image gets back
    showKeys();
    send({ type: "read", number: model.get("state").number, said, sure: sure[i] });
  });

  function choose(i) {
    said = i;
    showKeys();
  }
  function showKeys() {
    answers.forEach((button, i) => {
      button.setAttribute("aria-pressed", String(i === said));
      button.disabled = waiting;
    });
    for (const button of levels) button.disabled = waiting || said === null;
  }
  root.addEventListener("keydown", (event) => {
    const i = names.indexOf(event.key);
    if (i < 0 || waiting || body.hidden || event.ctrlKey || event.metaKey || event.altKey) return;
    choose(i);
    levels[0].focus();
    event.preventDefault();
  });

  function showState() {
    const state = model.get("state"), isDone = state.number === null;
    heard();
    [said, waiting] = [null, false];
    body.hidden = isDone;
    place.textContent = isDone ? `All ${count} are read.` : `Image ${state.number + 1} of ${count}`;
    words.textContent = state.words;
    picture.replaceChildren();
    result.replaceChildren();
    if (isDone) {
      const image = add(result, "img");
      image.alt = state.alt;
      image.src = URL.createObjectURL(new Blob([state.png], { type: "image/png" }));
      image.addEventListener("load", () => URL.revokeObjectURL(image.src));
    } else {
      addPicture(picture, imageAt(state.pixels, 0, shape), shape, ink, `image ${state.number + 1}, to be read`);
    }
    showKeys();
    if (focused && !isDone) answers[0].focus();
    focused = false;
  }
  return listen({
    state: showState,
    error: () => {
      waiting = false;
      showKeys();
      showError();
    },
  });
}

export default { render };
