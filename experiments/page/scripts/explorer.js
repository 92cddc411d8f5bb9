import { dataOf, unpacked } from "./numbers.js";
import { decode, readDecoder } from "./decoder.js";

// Latent explorer: the decoders of all weights of the KL term paint the same code, which the visitor moves.
//
// A code starts at a held-out face, or at a draw of the prior through the linear map, goes any share of the way to
// another face, and is then moved along directions and single units, in standard deviations of the codes.

const REACH = 3; // standard deviations that a slider goes to either side

function make(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/** A draw of N(0, I) (Box and Muller 1958). */
const normal = (count) => Float32Array.from({ length: count }, () =>
  Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()));

const row = ({ values, shape: [, columns] }, i) => values.subarray(i * columns, (i + 1) * columns);

/** mean + W^-1 eps, the linear map of vae/linear_map.py. */
function mapped({ mean, inverse }, eps) {
  return mean.values.map((value, k) => row(inverse, k).reduce((sum, weight, j) => sum + weight * eps[j], value));
}

/** Puts pixels of [0, 1], or bytes, on a canvas. */
function paint(canvas, pixels, scale) {
  const side = canvas.width;
  const image = new ImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = Math.round(scale * pixels[3 * i + c]);
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

async function readModel({ name, decoder, codes, mean, inverse, directions, units }) {
  const arrays = await Promise.all([codes, mean, inverse, directions, units].map(unpacked));
  const [readCodes, readMean, readInverse, readDirections, readUnits] = arrays;
  return {
    name,
    decoder: await readDecoder(decoder),
    codes: readCodes,
    mean: readMean,
    inverse: readInverse,
    moves: [readDirections, readUnits],
  };
}

/** The code of a model in a state of the controls. */
function codeOf(model, { first, second, share, eps, point, shifts }) {
  const start = eps ? mapped(model, eps) : row(model.codes, first);
  const end = row(model.codes, second);
  const code = point ? Float32Array.from(point) : start.map((value, k) => (1 - share) * value + share * end[k]);
  model.moves.forEach((moves, group) => shifts[group].forEach((shift, i) => {
    if (shift) row(moves, i).forEach((value, k) => { code[k] += shift * value; });
  }));
  return code;
}

async function explore(player) {
  const data = dataOf(player);
  const { size, latent } = data;
  const [faces, ...models] = await Promise.all([unpacked(data.faces), ...data.models.map(readModel)]);
  const count = faces.shape[0];
  const face = (i) => row({ values: faces.values, shape: [count, size * size * 3] }, i);
  const state = { first: 0, second: 1, share: 0, eps: null, point: null, shifts: data.sliders.map((s) => s.map(() => 0)) };

  const frame = (name) => {
    const canvas = make("canvas", { width: size, height: size });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", name);
    return [canvas, make("figure", {}, canvas, make("figcaption", { textContent: name }))];
  };
  const [firstCanvas, firstFrame] = frame("first face");
  const [secondCanvas, secondFrame] = frame("second face");
  const painted = models.map((model) => frame(model.name));
  const time = make("output");

  let version = 0;
  let order = models.map((_, i) => i);

  /** Decodes model by model, the chosen one first, and gives up as soon as the visitor has moved on. */
  async function show() {
    const mine = ++version;
    firstFrame.hidden = Boolean(state.eps || state.point);
    secondFrame.hidden = state.share === 0 || Boolean(state.point);
    paint(firstCanvas, face(state.first), 1);
    paint(secondCanvas, face(state.second), 1);
    for (const i of order) {
      await new Promise(requestAnimationFrame);
      if (mine !== version) return;
      const started = performance.now();
      paint(painted[i][0], decode(models[i].decoder, codeOf(models[i], state)), 255);
      time.value = `${(performance.now() - started).toFixed(0)} ms for a face`;
    }
    player.dataset.shown = mine;
  }
  painted.forEach(([canvas], i) => canvas.addEventListener("pointerdown", () => {
    order = [i, ...order.filter((other) => other !== i)];
  }));

  const sliders = [];
  function slider(label, least, most, set) {
    const input = make("input", { type: "range", min: least, max: most, step: (most - least) / 120, value: 0 });
    input.addEventListener("input", () => { set(input.valueAsNumber); show(); });
    sliders.push(input);
    return make("label", {}, label, input);
  }
  function start(changes) {
    Object.assign(state, { share: 0, eps: null, point: null, shifts: data.sliders.map((s) => s.map(() => 0)) }, changes);
    for (const input of sliders) input.value = 0;
    show();
  }
  const next = (i) => (i + 1) % count;
  const button = (textContent, action) => {
    const made = make("button", { type: "button", textContent });
    made.addEventListener("click", action);
    return made;
  };
  const groups = data.sliders.map((names, group) => make("fieldset", {},
    make("legend", { textContent: data.legends[group] }),
    ...names.map((name, i) => slider(name, -REACH, REACH, (value) => { state.shifts[group][i] = value; }))));

  player.append(
    make("p", { className: "buttons" },
      button("Next face", () => start({ first: next(state.first), second: next(next(state.first)) })),
      button("Draw from the prior", () => start({ eps: normal(latent) })),
      button("Back", () => start({})),
      time),
    make("div", { className: "faces" }, firstFrame, secondFrame, ...painted.map(([, figure]) => figure)),
    slider("towards the second face", 0, 1, (value) => { state.share = value; }),
    make("div", { className: "sliders" }, ...groups),
  );
  if (latent === 2) player.append(plane((point) => { state.point = point; show(); }));
  show();
}

/** With two latent units the whole latent space is a square: a touch of it is a code. */
function plane(choose) {
  const board = make("div", { className: "plane", textContent: "the plane of the two units, from −3 to 3" });
  const follow = (event) => {
    const box = board.getBoundingClientRect();
    const inside = (share) => REACH * (2 * Math.min(1, Math.max(0, share)) - 1);
    choose([inside((event.clientX - box.left) / box.width), -inside((event.clientY - box.top) / box.height)]);
  };
  board.addEventListener("pointerdown", (event) => { board.setPointerCapture(event.pointerId); follow(event); });
  board.addEventListener("pointermove", (event) => { if (event.buttons) follow(event); });
  return board;
}

// The decoders are unpacked when the explorer comes near.
const approach = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (!isIntersecting) continue;
    approach.unobserve(target);
    explore(target);
  }
}, { rootMargin: "600px" });
for (const player of document.querySelectorAll(".explorer")) {
  player.hidden = false;
  approach.observe(player);
}
