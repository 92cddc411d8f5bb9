// A browser shows an SVG title late, and not at all to a finger or a keyboard. This shows the same words at once.
for (const map of document.querySelectorAll(".map")) {
  const note = map.querySelector(".map-note");
  for (const title of map.querySelectorAll("g > title")) {
    title.parentNode.dataset.note = title.textContent;
    title.remove();
  }
  const show = (event) => {
    const country = event.target.closest("[data-note]");
    note.hidden = !country;
    if (!country) return;
    note.textContent = country.dataset.note;
    const frame = map.getBoundingClientRect();
    const room = frame.width - note.offsetWidth;
    note.style.left = `${Math.max(0, Math.min(room, event.clientX - frame.left + 14))}px`;
    note.style.top = `${event.clientY - frame.top + 18}px`;
  };
  map.addEventListener("pointermove", show);
  map.addEventListener("pointerdown", show);
  map.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse") note.hidden = true; });
}
