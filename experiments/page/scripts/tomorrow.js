import { arrayOf, dataOf, percent } from "./numbers.js";
import { classifyByAll, signedLog } from "./recurrent.js";

// Draw tomorrow: the visitor sets the counts of the last days, the trained nets answer.
//
// Each day is a slider. Its scale is what the nets see, the signed log of the count, so that a step is about a share of
// the count. Below stands, for each net, the gradient of its answer by day: by how many points of probability the
// answer changes when that day's count doubles (adding log 2 to a log).

const MAX_COUNT = 100_000; // of the scale, or the largest count of a country if that is more
const DOUBLING = Math.log(2);
const countOf = (seen) => Math.round(Math.sign(seen) * Math.expm1(Math.abs(seen)));

/** What the one-line rules say: [name, answer in words]. */
function rules(counts) {
  const [before, last] = counts.slice(-2);
  const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  const say = (rises) => (rises ? "a rise" : "no rise");
  return [
    ["what fell yesterday rises (reversal rule)", say(last < before)],
    ["what rose yesterday rises (persistence)", say(last > before)],
    ["what is below the mean of these days rises", say(last < mean)],
  ];
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function bars(length) {
  return element("div", { className: "bars" }, ...Array.from({ length }, () => element("span")));
}

function draw(player) {
  const { length, cells, examples } = dataOf(player);
  const nets = Object.entries(cells).map(([name, models]) => ({
    name,
    models: models.map((model) => ({
      ...model,
      parameters: Object.fromEntries(Object.entries(model.parameters).map(([key, value]) => [key, arrayOf(value)])),
    })),
    answer: element("output"),
    bars: bars(length),
  }));

  const all = examples.flatMap(({ days }) => days);
  const [least, most] = [Math.min(0, ...all), Math.max(MAX_COUNT, ...all)].map(signedLog);
  const sliders = Array.from({ length }, (_, day) => {
    const ago = length - day;
    const label = ago === 1 ? "new cases on the last day" : `new cases ${ago - 1} days before the last`;
    const slider = element("input", { type: "range", min: least, max: most, step: "any" });
    slider.setAttribute("aria-label", label);
    return slider;
  });
  const counts = sliders.map(() => element("output"));
  const said = element("dl", { className: "rules" });

  function answer() {
    const seen = sliders.map((slider) => signedLog(countOf(slider.valueAsNumber)));
    const numbers = seen.map(countOf);
    counts.forEach((output, day) => { output.value = numbers[day].toLocaleString("en"); });
    sliders.forEach((slider, day) => slider.setAttribute("aria-valuetext", `${numbers[day]} cases`));
    for (const net of nets) {
      const { probability, gradient } = classifyByAll(net.models, seen);
      net.answer.value = percent(probability);
      const largest = Math.max(...gradient.map(Math.abs), 1e-9);
      [...net.bars.children].forEach((bar, day) => {
        const points = percent(gradient[day] * DOUBLING);
        bar.className = gradient[day] < 0 ? "down" : "up";
        bar.style.setProperty("--share", Math.abs(gradient[day]) / largest);
        bar.title = `${points} of probability when the count of this day doubles`;
      });
    }
    said.replaceChildren(...rules(numbers).map(([rule, words]) =>
      element("div", {}, element("dt", { textContent: rule }), element("dd", { textContent: words }))));
  }

  function show(days) {
    days.forEach((count, day) => { sliders[day].value = signedLog(count); });
    answer();
  }

  const chosen = element("select", {}, ...examples.map(({ name }, place) => element("option", { value: place }, name)));
  chosen.addEventListener("change", () => show(examples[chosen.value].days));

  // A finger or a mouse that is dragged across the days draws: each slider that it passes takes its height. The sliders
  // themselves, whose pointer events the style sheet turns off, are there for the keyboard and for screen readers.
  const board = element("div", { className: "board" }, ...sliders);
  const follow = (event) => {
    const box = board.getBoundingClientRect();
    const day = Math.floor(((event.clientX - box.left) / box.width) * length);
    if (day < 0 || day >= length) return;
    sliders[day].value = least + ((box.bottom - event.clientY) / box.height) * (most - least);
    answer();
  };
  board.addEventListener("pointerdown", (event) => { board.setPointerCapture(event.pointerId); follow(event); });
  board.addEventListener("pointermove", (event) => { if (event.buttons) follow(event); });
  for (const slider of sliders) slider.addEventListener("input", answer);

  const row = (label, ...cellsOfRow) => element("div", { className: "row" }, label, ...cellsOfRow);
  player.append(
    element("label", { className: "choice" }, "Begin with the last days of ", chosen),
    row(element("span", { className: "label", textContent: "new cases a day" }), board),
    row(element("span", { className: "label" }), element("div", { className: "counts" }, ...counts)),
    ...nets.map((net) => row(element("span", { className: "label" }, net.name, " ", net.answer), net.bars)),
    said,
  );
  player.hidden = false;
  show(examples[0].days);
}

for (const player of document.querySelectorAll(".tomorrow")) draw(player);
