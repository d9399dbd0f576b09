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
