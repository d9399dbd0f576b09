// While Python comes into the page: say so, and keep a Shift-Enter for which there is no kernel yet.
// (JupyterLab itself puts a cell in its queue as soon as there is one, but would lose this key.)

const box = document.body.appendChild(document.createElement("div"));
box.id = "python-is-loading";
box.setAttribute("role", "status");
box.style.cssText = `position: fixed; right: 24px; bottom: 40px; z-index: 100; max-width: 20em;
  padding: 10px 14px; border-radius: 6px; background: #1b3a57; color: #fff; font: 14px/1.4 sans-serif;
  box-shadow: 0 2px 8px rgb(0 0 0 / 40%); pointer-events: none`;
box.textContent = `Python is loading into this page: some 45 MB on the first visit, ten seconds or
  more. Read on; cells that you run now wait for it. Nothing that you do here leaves your computer.`;

let kept = 0;
const kernel = () =>
  globalThis.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel;

function keep(event) {
  if (event.key !== "Enter" || !event.shiftKey || kernel()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  kept += 1;
}

function look() {
  const found = kernel();
  for (; found && kept > 0; kept -= 1)
    globalThis.jupyterapp.commands.execute("notebook:run-cell-and-select-next");
  if (!["idle", "busy", "dead"].includes(found?.status)) return;
  clearInterval(watch);
  document.removeEventListener("keydown", keep, true);
  box.remove();
}

document.addEventListener("keydown", keep, true);
const watch = setInterval(look, 100);
