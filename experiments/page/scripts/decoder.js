// A trained decoder: a linear layer, then transposed convolutions of kernel 4, stride 2 and padding 1 (vae/model.py).
//
// Batch normalisation is folded into the weights, which are int8 with one scale for each output (vae/compact.py):
//
//   y = activation(scale * (sum of weight * x) + bias)        activation: leaky ReLU of some slope, or the sigmoid
//
// A linear path from the code to the picture may stand beside the layers: it is added before the last sigmoid. It is a
// sum of pictures, kept as their cosine transforms, so the sum is taken first and then transformed back, once.
//
// Pictures lie as (row, column, channel). A transposed convolution doubles the side, and an output pixel meets 2 x 2 of
// the 4 x 4 taps: tap i reaches row r from row (r + 1 - i) / 2, where that is a whole number.

import { unpacked } from "./numbers.js";

const KERNEL = 4;

async function readLayer({ slope, ...arrays }) {
  const [weight, scale, bias] = await Promise.all([arrays.weight, arrays.scale, arrays.bias].map(unpacked));
  return { slope, shape: weight.shape, weight: Float32Array.from(weight.values), scale: scale.values, bias: bias.values };
}

/** A decoder of a data block, {layers, path}, ready to use: its weights are floats, which multiply faster than bytes.
 *
 * pictures: {values, shape: [side, side, channels, count]} of the linear path, or null without one. */
export async function readDecoder({ layers, path }, pictures) {
  return { layers: await Promise.all(layers.map(readLayer)), path: path && (await unpacked(path)), pictures };
}

/** y[at + o] += sum_n weight[from + o * ins + n] * x[start + n], for four outputs at a time, which share each x. */
function multiplyAdd(y, at, weight, from, x, start, outs, ins) {
  let o = 0;
  for (; o + 3 < outs; o += 4) {
    const [p, q, r, s] = [from + o * ins, from + (o + 1) * ins, from + (o + 2) * ins, from + (o + 3) * ins];
    let a = 0, b = 0, c = 0, d = 0;
    for (let n = 0; n < ins; n++) {
      const value = x[start + n];
      a += weight[p + n] * value;
      b += weight[q + n] * value;
      c += weight[r + n] * value;
      d += weight[s + n] * value;
    }
    y[at + o] += a;
    y[at + o + 1] += b;
    y[at + o + 2] += c;
    y[at + o + 3] += d;
  }
  for (; o < outs; o++) {
    let sum = 0;
    for (let n = 0; n < ins; n++) sum += weight[from + o * ins + n] * x[start + n];
    y[at + o] += sum;
  }
}

function transposedConvolution({ weight, shape: [, , outs, ins] }, x, side) {
  const big = 2 * side;
  const y = new Float32Array(big * big * outs);
  for (let r = 0; r < big; r++) {
    for (let c = 0; c < big; c++) {
      for (let i = (r + 1) % 2; i < KERNEL; i += 2) {
        const row = (r + 1 - i) / 2;
        if (row < 0 || row >= side) continue;
        for (let j = (c + 1) % 2; j < KERNEL; j += 2) {
          const column = (c + 1 - j) / 2;
          if (column < 0 || column >= side) continue;
          const tap = (i * KERNEL + j) * outs * ins;
          multiplyAdd(y, (r * big + c) * outs, weight, tap, x, (row * side + column) * ins, outs, ins);
        }
      }
    }
  }
  return y;
}

/** The orthonormal cosine transform of (outer, size, inner) numbers along the axis in the middle, undone. */
function undoCosine(x, outer, size, inner) {
  const y = new Float32Array(x.length);
  for (let n = 0; n < size; n++) {
    for (let k = 0; k < size; k++) {
      const weight = Math.sqrt((k ? 2 : 1) / size) * Math.cos((Math.PI * k * (n + 0.5)) / size);
      for (let o = 0; o < outer; o++) {
        const [to, from] = [(o * size + n) * inner, (o * size + k) * inner];
        for (let i = 0; i < inner; i++) y[to + i] += weight * x[from + i];
      }
    }
  }
  return y;
}

/** What the linear path adds to the picture of a code, before the sigmoid. */
function beside({ path, pictures: { values, shape: [side, , channels, count] } }, z) {
  const shares = new Float32Array(count);
  multiplyAdd(shares, 0, path.values, 0, Float32Array.of(...z, 1), 0, count, z.length + 1);
  const sum = new Float32Array(side * side * channels);
  multiplyAdd(sum, 0, values, 0, shares, 0, sum.length, count);
  const columns = undoCosine(undoCosine(sum, side * side, channels, 1), side, side, channels);
  return undoCosine(columns, 1, side, side * channels);
}

function finish(y, { scale, bias, slope }, added) {
  const outs = scale.length;
  for (let i = 0; i < y.length; i++) y[i] = y[i] * scale[i % outs] + bias[i % outs];
  if (slope === null && added) added.forEach((value, i) => { y[i] += value; });
  for (let i = 0; i < y.length; i++) y[i] = slope === null ? 1 / (1 + Math.exp(-y[i])) : y[i] > 0 ? y[i] : slope * y[i];
  return y;
}

/** The picture of a code z, as values in [0, 1], row by row, with the channels of a pixel side by side. */
export function decode({ layers: [first, ...others], path, pictures }, z) {
  const added = path && beside({ path, pictures }, z);
  const [features, latent] = first.shape;
  let x = new Float32Array(features);
  multiplyAdd(x, 0, first.weight, 0, z, 0, features, latent);
  x = finish(x, first);
  let side = Math.sqrt(features / others[0].shape[3]);
  for (const layer of others) {
    x = finish(transposedConvolution(layer, x, side), layer, added);
    side *= 2;
  }
  return x;
}
