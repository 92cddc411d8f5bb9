// A trained recurrent classifier, forward and back through time, as autograd/cells.py and rnn/classifier.py have it.
//
//   x_1 ... x_L -> cell, step by step -> h_L -> logit = w . h_L + b -> p = 1 / (1 + exp(-logit))
//
// A step takes a = W_ih x + b_ih and b = W_hh h + b_hh, both with the gates' rows one below the other, and the state.
// It gives the next state and a pullback: from the gradient of that state to those of a, b and the state before.

const sigmoid = (a) => 1 / (1 + Math.exp(-a));

const CELLS = {
  rnn(a, b) {
    const h = a.map((value, j) => Math.tanh(value + b[j]));
    const pullback = ({ h: g }) => {
      const d = g.map((value, j) => value * (1 - h[j] ** 2));
      return { a: d, b: d, h: d.map(() => 0) };
    };
    return [{ h }, pullback];
  },

  gru(a, b, { h: before }) {
    const H = before.length;
    const reset = before.map((_, j) => sigmoid(a[j] + b[j]));
    const keep = before.map((_, j) => sigmoid(a[H + j] + b[H + j]));
    const candidate = before.map((_, j) => Math.tanh(a[2 * H + j] + reset[j] * b[2 * H + j]));
    const h = before.map((value, j) => (1 - keep[j]) * candidate[j] + keep[j] * value);
    const pullback = ({ h: g }) => {
      const dn = g.map((value, j) => value * (1 - keep[j]) * (1 - candidate[j] ** 2));
      const dz = g.map((value, j) => value * (before[j] - candidate[j]) * keep[j] * (1 - keep[j]));
      const dr = dn.map((value, j) => value * b[2 * H + j] * reset[j] * (1 - reset[j]));
      const through = dn.map((value, j) => value * reset[j]);
      return { a: [...dr, ...dz, ...dn], b: [...dr, ...dz, ...through], h: g.map((value, j) => value * keep[j]) };
    };
    return [{ h }, pullback];
  },

  lstm(a, b, { h: _, c: before }) {
    const H = before.length;
    const gate = (k, squash) => before.map((_, j) => squash(a[k * H + j] + b[k * H + j]));
    const [enter, forget, candidate, show] = [gate(0, sigmoid), gate(1, sigmoid), gate(2, Math.tanh), gate(3, sigmoid)];
    const c = before.map((value, j) => forget[j] * value + enter[j] * candidate[j]);
    const squashed = c.map(Math.tanh);
    const h = squashed.map((value, j) => show[j] * value);
    const pullback = ({ h: g, c: later }) => {
      const dc = g.map((value, j) => (later ? later[j] : 0) + value * show[j] * (1 - squashed[j] ** 2));
      const di = dc.map((value, j) => value * candidate[j] * enter[j] * (1 - enter[j]));
      const df = dc.map((value, j) => value * before[j] * forget[j] * (1 - forget[j]));
      const dg = dc.map((value, j) => value * enter[j] * (1 - candidate[j] ** 2));
      const dshow = g.map((value, j) => value * squashed[j] * show[j] * (1 - show[j]));
      const gates = [...di, ...df, ...dg, ...dshow];
      return { a: gates, b: gates, h: g.map(() => 0), c: dc.map((value, j) => value * forget[j]) };
    };
    return [{ h, c }, pullback];
  },
};

/** sign(x) log(1 + |x|). */
export const signedLog = (count) => Math.sign(count) * Math.log1p(Math.abs(count));

// What a net sees of the days (rnn/features.py): forward from their signed logs to rows of numbers, one row a day, and
// back from the gradients of these rows to those of the logs.
const INPUTS = {
  log: [
    (logs) => logs.map((value) => [value]),
    (gradients) => gradients.map(([g]) => g),
  ],
  // The log, the log relative to the last day, and the sign of the step from the day before, which is flat.
  steps: [
    (logs) => logs.map((value, t) => [value, value - logs.at(-1), Math.sign(value - (logs[t - 1] ?? value))]),
    (gradients) => {
      const relative = gradients.reduce((sum, [, g]) => sum + g, 0);
      return gradients.map(([g, h], t) => g + h - (t === gradients.length - 1 ? relative : 0));
    },
  ],
};

/** W x + bias, with the rows of W (rows x columns) one after the other. */
function affine({ values, shape: [rows, columns] }, x, bias) {
  return Array.from({ length: rows }, (_, i) => {
    let sum = bias.values[i];
    for (let j = 0; j < columns; j++) sum += values[i * columns + j] * x[j];
    return sum;
  });
}

/** W^T g. */
function transposed({ values, shape: [rows, columns] }, g) {
  return Array.from({ length: columns }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += values[i * columns + j] * g[i];
    return sum;
  });
}

/**
 * The probability of a rise, and its gradient with respect to the signed log of each day's count.
 *
 * net: {cell, inputs, layers, hidden, parameters}, the parameters by PyTorch's names as {values, shape};
 * logs: the signed logs of the days' counts, the last day last.
 */
export function classify({ cell, inputs: kind, layers, hidden, parameters: p }, logs) {
  const [see, seeBack] = INPUTS[kind];
  let inputs = see(logs);
  const tape = [];
  for (let k = 0; k < layers; k++) {
    let state = { h: Array(hidden).fill(0), c: Array(hidden).fill(0) };
    const pullbacks = [];
    inputs = inputs.map((x) => {
      const a = affine(p[`recurrent.weight_ih_l${k}`], x, p[`recurrent.bias_ih_l${k}`]);
      const b = affine(p[`recurrent.weight_hh_l${k}`], state.h, p[`recurrent.bias_hh_l${k}`]);
      const [next, pullback] = CELLS[cell](a, b, state);
      pullbacks.push(pullback);
      state = next;
      return next.h;
    });
    tape.push(pullbacks);
  }
  const [logit] = affine(p["head.weight"], inputs.at(-1), p["head.bias"]);
  const probability = sigmoid(logit);

  const start = transposed(p["head.weight"], [probability * (1 - probability)]);
  let gradients = inputs.map((h, t) => (t === inputs.length - 1 ? start : h.map(() => 0)));
  for (let k = layers - 1; k >= 0; k--) {
    let carried = { h: Array(hidden).fill(0), c: null };
    const below = [];
    for (let t = gradients.length - 1; t >= 0; t--) {
      const g = tape[k][t]({ h: gradients[t].map((value, j) => value + carried.h[j]), c: carried.c });
      below[t] = transposed(p[`recurrent.weight_ih_l${k}`], g.a);
      const through = transposed(p[`recurrent.weight_hh_l${k}`], g.b);
      carried = { h: g.h.map((value, j) => value + through[j]), c: g.c };
    }
    gradients = below;
  }
  return { probability, gradient: seeBack(gradients) };
}

/** The mean over several nets, as the map has it. */
export function classifyByAll(nets, logs) {
  const answers = nets.map((net) => classify(net, logs));
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    probability: mean(answers.map((answer) => answer.probability)),
    gradient: logs.map((_, t) => mean(answers.map((answer) => answer.gradient[t]))),
  };
}
