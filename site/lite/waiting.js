// While Python comes into the page: say so, and keep a Shift-Enter, or a press of the toolbar's Run
// button, for which there is no kernel yet. (JupyterLab itself puts a cell in its queue as soon as
// there is one, but would lose these.)

const box = document.body.appendChild(document.createElement("div"));
box.id = "python-is-loading";
box.setAttribute("role", "status");
box.style.cssText = `position: fixed; right: 24px; bottom: 40px; z-index: 100; max-width: 20em;
  padding: 10px 14px; border-radius: 6px; background: #1b3a57; color: #fff; font: 14px/1.4 sans-serif;
  box-shadow: 0 2px 8px rgb(0 0 0 / 40%); pointer-events: none`;
box.textContent = `Python is loading into this page: some 45 MB on the first visit, ten seconds or
  more. Read on; cells that you run now wait for it. Nothing that you do here leaves your computer.`;

const KINDS = ["keydown", "mousedown", "click"];
let kept = 0;
const kernel = () =>
  globalThis.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel;

function keep(event) {
  const onRun = event.target.closest?.('.jp-NotebookPanel [data-jp-item-name="run"]');
  const isKey = event.key === "Enter" && (event.shiftKey || onRun);
  if (!(isKey || (onRun && event.button === 0)) || kernel()) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (event.type !== "click") kept += 1; // a click comes after its mousedown
}

function look() {
  const found = kernel();
  for (; found && kept > 0; kept -= 1)
    globalThis.jupyterapp.commands.execute("notebook:run-cell-and-select-next");
  if (!["idle", "busy", "dead"].includes(found?.status)) return;
  clearInterval(watch);
  for (const kind of KINDS) document.removeEventListener(kind, keep, true);
  box.remove();
}

for (const kind of KINDS) document.addEventListener(kind, keep, true);
const watch = setInterval(look, 100);
