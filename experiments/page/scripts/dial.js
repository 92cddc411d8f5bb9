import { addressOf, element } from "./elements.js";
import { dataOf } from "./numbers.js";

// The dial: points of a chart, of which one is chosen by a slider or by dragging across the chart. Each has pictures.

const KINDS = { faces: "held-out faces", reconstructions: "reconstructions", samples: "draws of the prior" };

function turn(dial) {
  const { faces, start, pictures } = dataOf(dial);
  const chart = dial.querySelector("svg");
  const marks = [...dial.querySelectorAll(".mark")];
  const said = element("output");
  const slider = element("input", { type: "range", min: 0, max: marks.length - 1, step: 1, value: start });
  slider.setAttribute("aria-label", "weight of the KL term, from small to large");
  const images = Object.fromEntries(Object.entries(KINDS).map(([kind, alt]) =>
    [kind, element("img", { className: "row", alt, src: addressOf(kind === "faces" ? faces : pictures[start][kind]) })]));

  function choose(i) {
    slider.value = i;
    slider.setAttribute("aria-valuetext", marks[i].dataset.words);
    said.value = marks[i].dataset.words;
    marks.forEach((mark, k) => mark.classList.toggle("chosen", k === i));
    for (const [kind, picture] of Object.entries(pictures[i])) images[kind].src = addressOf(picture);
  }
  slider.addEventListener("input", () => choose(slider.valueAsNumber));

  const follow = ({ clientX, clientY }) => {
    const distances = marks.map((mark) => {
      const { left, top, width, height } = mark.querySelector("circle").getBoundingClientRect();
      return Math.hypot(clientX - left - width / 2, clientY - top - height / 2);
    });
    choose(distances.indexOf(Math.min(...distances)));
  };
  chart.addEventListener("pointerdown", (event) => { chart.setPointerCapture(event.pointerId); follow(event); });
  chart.addEventListener("pointermove", (event) => { if (event.buttons) follow(event); });

  const rows = Object.entries(KINDS).map(([kind, name]) =>
    element("div", {}, element("dt", { textContent: name }), element("dd", {}, images[kind])));
  dial.querySelector(".swapped").append(
    element("p", { className: "controls" }, slider, said), element("dl", {}, ...rows));
  dial.classList.add("live");
  choose(start);
}

for (const dial of document.querySelectorAll(".dial")) turn(dial);
