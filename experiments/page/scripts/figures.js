// A figure is shown in full size by a click, a touch or the Enter key.
const zoom = document.createElement("dialog");
zoom.className = "zoom";
zoom.setAttribute("aria-label", "The picture in full size");
const close = document.createElement("button");
close.textContent = "Close";
document.body.append(zoom);
zoom.addEventListener("click", () => zoom.close());
for (const image of document.querySelectorAll("img.still")) {
  const button = document.createElement("button");
  button.setAttribute("aria-label", `In full size: ${image.alt}`);
  const shown = image.closest("picture") ?? image; // which may choose another one for a narrow screen
  shown.replaceWith(button);
  button.append(shown);
  button.addEventListener("click", () => {
    const whole = image.cloneNode();
    zoom.replaceChildren(close, whole);
    zoom.showModal();
  });
}

// Pictures out of sight wait until the page stands; then they come too, so that printing finds them.
window.addEventListener("load", () => setTimeout(() => {
  for (const image of document.images) image.loading = "eager";
}));

// A PDF can hold a JPEG as it is; a WebP with loss is unpacked, to ten times its bytes. So photos are printed as JPEG.
const asJpeg = (image) => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/jpeg", 0.85);
};
window.addEventListener("beforeprint", () => {
  for (const image of document.querySelectorAll("img.photo")) {
    if (!image.complete) continue;
    image.dataset.shown = image.src;
    image.src = asJpeg(image);
  }
});
window.addEventListener("afterprint", () => {
  for (const image of document.querySelectorAll("img[data-shown]")) image.src = image.dataset.shown;
});
