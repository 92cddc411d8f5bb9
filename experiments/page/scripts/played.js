// A player of a graph is a document of its own. It gets the height that its content needs.
for (const box of document.querySelectorAll(".played")) {
  const frame = box.querySelector("iframe");
  const fit = () => { frame.height = frame.contentDocument.documentElement.scrollHeight; };
  frame.addEventListener("load", () => {
    fit();
    new ResizeObserver(fit).observe(frame.contentDocument.body);
  });
  box.hidden = false;
}
