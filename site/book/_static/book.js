// What the book's pages need besides the theme's script.

// The frames of the live page: as high as what they show, and as light or dark as the book.
const frames = () => [...document.querySelectorAll(".live-frame iframe")];
const tell = (frame) => frame.contentWindow.postMessage({ theme: document.documentElement.dataset.theme }, "*");

addEventListener("message", ({ data, source }) => {
  const frame = frames().find((each) => each.contentWindow === source);
  if (!frame || !(data?.live > 0 && data.live < 20_000)) return;
  frame.style.height = `${data.live}px`;
  tell(frame);
});
new MutationObserver(() => frames().forEach(tell)).observe(document.documentElement, { attributeFilter: ["data-theme"] });

// A formula wider than the page scrolls in its own box: the keyboard has to get there.
const reachable = () => document.querySelectorAll("mjx-container").forEach((formula) => {
  if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
  else formula.removeAttribute("tabindex");
});
addEventListener("load", () => globalThis.MathJax?.startup?.promise.then(reachable));
addEventListener("resize", reachable);
