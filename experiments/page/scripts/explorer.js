import { addressOf, element } from "./elements.js";
import { dataOf, unpacked } from "./numbers.js";
import { decode, readDecoder } from "./decoder.js";

// Latent explorer: the decoders of all weights of the KL term paint the same code, which the visitor moves.
//
// A code is a point of the space in which the codes of all faces have mean 0 and covariance 1 (vae/compact.py). It starts
// at a held-out face, or at a draw of N(0, I), goes any share of the way to another face, and is then moved along
// directions and single units, in standard deviations of the codes.

const REACH = 3; // standard deviations that a slider goes to either side
const MAP_SIDE = 9; // pictures along each side of the plane of two units
const whenIdle = () => new Promise((go) => (window.requestIdleCallback ?? setTimeout)(go, { timeout: 100 }));

/** A draw of N(0, I) (Box and Muller 1958). */
const normal = (count) => Float32Array.from({ length: count }, () =>
  Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random()));

const row = ({ values, shape: [, columns] }, i) => values.subarray(i * columns, (i + 1) * columns);

/** Puts pixels of [0, 1] on a canvas. */
function paint(canvas, pixels) {
  const side = canvas.width;
  const image = new ImageData(side, side);
  for (let i = 0; i < side * side; i++) {
    for (let c = 0; c < 3; c++) image.data[4 * i + c] = Math.round(255 * pixels[3 * i + c]);
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** A picture of the page, decoded, whatever of it the browser has loaded so far. */
async function pictureNamed(name) {
  const image = element("img", { src: addressOf(name) });
  await image.decode();
  return image;
}

async function readModel({ name, decoder, codes, directions, units }, pictures) {
  const [readCodes, ...moves] = await Promise.all([codes, directions, units].map(unpacked));
  return { name, decoder: await readDecoder(decoder, pictures), codes: readCodes, moves };
}

/** The code of a model in a state of the controls. */
function codeOf(model, { first, second, share, drawn, shifts }) {
  const start = drawn ?? row(model.codes, first);
  const end = row(model.codes, second);
  const code = start.map((value, k) => (1 - share) * value + share * end[k]);
  model.moves.forEach((moves, group) => shifts[group].forEach((shift, i) => {
    if (shift) row(moves, i).forEach((value, k) => { code[k] += shift * value; });
  }));
  return code;
}

async function explore(player) {
  const data = dataOf(player);
  const { size, latent, count } = data;
  const pictures = data.pictures && (await unpacked(data.pictures));
  const faces = await pictureNamed(data.faces);
  const models = await Promise.all(data.models.map((model) => readModel(model, pictures)));
  const state = { first: 0, second: 1, share: 0, drawn: null, shifts: [] };

  const frame = (name) => {
    const canvas = element("canvas", { width: size, height: size });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", name);
    return [canvas, element("figure", {}, canvas, element("figcaption", { textContent: name }))];
  };
  const paintFace = (canvas, i) => canvas.getContext("2d").drawImage(faces, i * size, 0, size, size, 0, 0, size, size);
  const [firstCanvas, firstFrame] = frame("first face");
  const [secondCanvas, secondFrame] = frame("second face");
  const painted = models.map((model) => frame(model.name));
  const time = element("output");

  let version = 0;
  let order = models.map((_, i) => i);

  /** Decodes the model in hand at once and the others when the browser is idle; gives up once the visitor moves on. */
  async function show() {
    const mine = ++version;
    firstFrame.hidden = Boolean(state.drawn);
    secondFrame.hidden = state.share === 0;
    paintFace(firstCanvas, state.first);
    paintFace(secondCanvas, state.second);
    await new Promise(requestAnimationFrame);
    for (const [place, i] of order.entries()) {
      if (place) await whenIdle();
      if (mine !== version) return;
      const started = performance.now();
      paint(painted[i][0], decode(models[i].decoder, codeOf(models[i], state)));
      time.value = `${(performance.now() - started).toFixed(0)} ms for a face`;
    }
    player.dataset.shown = mine;
  }

  const sliders = [];
  function slider(label, least, most, set) {
    const input = element("input", { type: "range", min: least, max: most, step: (most - least) / 120, value: 0 });
    input.addEventListener("input", () => { set(input.valueAsNumber); show(); });
    sliders.push(input);
    return element("label", {}, label, input);
  }
  function start(changes) {
    Object.assign(state, { share: 0, drawn: null, shifts: data.sliders.map((s) => s.map(() => 0)) }, changes);
    for (const input of sliders) input.value = 0;
    show();
  }
  const next = (i) => (i + 1) % count;
  const button = (textContent, action) => {
    const made = element("button", { type: "button", textContent });
    made.addEventListener("click", action);
    return made;
  };
  const way = slider("towards the second face (or drag across a picture)", 0, 1, (value) => { state.share = value; });
  const groups = data.sliders.map((names, group) => element("fieldset", {},
    element("legend", { textContent: data.legends[group] }),
    ...names.map((name, i) => slider(name, -REACH, REACH, (value) => { state.shifts[group][i] = value; }))));

  // A picture that is dragged across goes from the first face, at its left side, to the second; its model is in hand.
  painted.forEach(([canvas], i) => {
    const follow = ({ clientX }) => {
      const { left, width } = canvas.getBoundingClientRect();
      state.share = Math.min(1, Math.max(0, (clientX - left) / width));
      way.querySelector("input").value = state.share;
      show();
    };
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      order = [i, ...order.filter((other) => other !== i)];
    });
    canvas.addEventListener("pointermove", (event) => { if (event.buttons) follow(event); });
  });

  player.append(
    element("p", { className: "buttons" },
      button("Next face", () => start({ first: next(state.first), second: next(next(state.first)) })),
      button("Draw from the prior", () => start({ drawn: normal(latent) })),
      button("Back", () => start({})),
      time),
    element("div", { className: "faces" }, firstFrame, secondFrame, ...painted.map(([, figure]) => figure)),
    way,
    element("div", { className: "sliders" }, ...groups),
  );
  if (latent === 2) player.append(plane(models[0], size, (point) => start({ drawn: Float32Array.from(point) })));
  start({});
}

/** With two latent units the whole latent space is a map: a touch of it, or an arrow key, is a code. */
function plane(model, size, choose) {
  const board = element("canvas", { className: "plane", width: MAP_SIDE * size, height: MAP_SIDE * size, tabIndex: 0 });
  board.setAttribute("role", "application");
  board.setAttribute("aria-label", `${model.name}: the plane of the two units, from −3 to 3; arrow keys move the code`);
  const context = board.getContext("2d");
  const cell = element("canvas", { width: size, height: size });
  const drawMap = async () => {
    for (let i = 0; i < MAP_SIDE * MAP_SIDE; i++) {
      const [column, line] = [i % MAP_SIDE, Math.floor(i / MAP_SIDE)];
      await whenIdle();
      const at = (place) => REACH * ((2 * place + 1) / MAP_SIDE - 1); // the middle of a cell
      paint(cell, decode(model.decoder, Float32Array.of(at(column), -at(line))));
      context.drawImage(cell, column * size, line * size);
    }
  };
  let point = [0, 0];
  const go = (x, y) => {
    point = [x, y].map((value) => Math.min(REACH, Math.max(-REACH, value)));
    choose(point);
  };
  const follow = (event) => {
    const box = board.getBoundingClientRect();
    const place = (share) => REACH * (2 * share - 1);
    go(place((event.clientX - box.left) / box.width), -place((event.clientY - box.top) / box.height));
  };
  board.addEventListener("pointerdown", (event) => { board.setPointerCapture(event.pointerId); follow(event); });
  board.addEventListener("pointermove", (event) => { if (event.buttons) follow(event); });
  const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  board.addEventListener("keydown", (event) => {
    const move = keys[event.key];
    if (!move) return;
    event.preventDefault();
    go(point[0] + REACH * move[0] / 20, point[1] + REACH * move[1] / 20);
  });
  drawMap();
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
