import { element } from "./elements.js";
import { arrayOf, dataOf, percent, unpacked } from "./numbers.js";
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

function bars(length) {
  return element("div", { className: "bars" }, ...Array.from({ length }, () => element("span")));
}

const DAY = 86_400_000; // milliseconds
const isoDay = (time) => new Date(time).toISOString().slice(0, 10);

async function draw(player) {
  const { length, cells, countries, last_day: lastDay, counts: packedCounts } = dataOf(player);
  const { values, shape: [, days] } = await unpacked(packedCounts);
  const seriesOf = (country) => values.subarray(country * days, (country + 1) * days);
  const nets = Object.entries(cells).map(([name, models]) => ({
    name,
    models: models.map((model) => ({
      ...model,
      parameters: Object.fromEntries(Object.entries(model.parameters).map(([key, value]) => [key, arrayOf(value)])),
    })),
    answer: element("output"),
    bars: bars(length),
  }));

  const extremes = values.reduce(([low, high], count) => [Math.min(low, count), Math.max(high, count)], [0, MAX_COUNT]);
  const [least, most] = extremes.map(signedLog);
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

  // A country and a day: the days up to it, and what the day after brought.
  const chosen = element("select", {}, ...countries.map((name, place) => element("option", { value: place }, name)));
  const firstEnd = Date.parse(lastDay) - (days - length) * DAY;
  const end = element("input", { type: "date", min: isoDay(firstEnd), max: lastDay, value: lastDay });
  const happened = element("output");
  function show() {
    const place = Math.round((end.valueAsNumber - firstEnd) / DAY);
    if (!(place >= 0 && place <= days - length)) return; // a date that is half typed, or not in the data
    const window = seriesOf(chosen.value).subarray(place, place + length);
    window.forEach((count, day) => { sliders[day].value = signedLog(count); });
    const next = seriesOf(chosen.value)[place + length];
    const rose = next > window.at(-1) ? "a rise" : "no rise";
    happened.value = next === undefined ? "The data end here." : `The day after brought ${next.toLocaleString("en")}: ${rose}.`;
    answer();
  }
  for (const control of [chosen, end]) control.addEventListener("change", show);

  // A finger or a mouse that is dragged across the days draws: each slider that it passes takes its height. The sliders
  // themselves, whose pointer events the style sheet turns off, are there for the keyboard and for screen readers.
  const board = element("div", { className: "board" }, ...sliders);
  const follow = (event) => {
    const box = board.getBoundingClientRect();
    const day = Math.floor(((event.clientX - box.left) / box.width) * length);
    if (day < 0 || day >= length) return;
    sliders[day].value = least + ((box.bottom - event.clientY) / box.height) * (most - least);
    happened.value = "";
    answer();
  };
  board.addEventListener("pointerdown", (event) => { board.setPointerCapture(event.pointerId); follow(event); });
  board.addEventListener("pointermove", (event) => { if (event.buttons) follow(event); });
  for (const slider of sliders) slider.addEventListener("input", () => { happened.value = ""; answer(); });

  const row = (label, ...cellsOfRow) => element("div", { className: "row" }, label, ...cellsOfRow);
  player.append(
    element("p", { className: "choice" },
      element("label", {}, "Country ", chosen), element("label", {}, "last day ", end), happened),
    row(element("span", { className: "label", textContent: "new cases a day" }), board),
    row(element("span", { className: "label" }), element("div", { className: "counts" }, ...counts)),
    ...nets.map((net) => row(element("span", { className: "label" }, net.name, " ", net.answer), net.bars)),
    said,
  );
  player.hidden = false;
  show();
  player.dataset.ready = "";
}

for (const player of document.querySelectorAll(".tomorrow")) draw(player);
