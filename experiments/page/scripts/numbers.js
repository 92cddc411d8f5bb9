// Numbers on their way into the page and out of it.

const TYPES = { "<f4": Float32Array, "<i4": Int32Array, "<i2": Int16Array, "|i1": Int8Array, "|u1": Uint8Array };
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%/()*+-;,=.?@^_`{|}~"; // of base 85
const VALUES = new Uint8Array(128);
[...DIGITS].forEach((digit, value) => { VALUES[digit.charCodeAt(0)] = value; });

/** Five letters are a number of base 85, and its four bytes, the highest first, are the content. */
function bytesOf({ data, bytes }) {
  const content = new DataView(new ArrayBuffer((data.length / 5) * 4));
  for (let i = 0, at = 0; i < data.length; i += 5, at += 4) {
    let number = 0;
    for (let j = i; j < i + 5; j++) number = number * 85 + VALUES[data.charCodeAt(j)];
    content.setUint32(at, number);
  }
  return new Uint8Array(content.buffer.slice(0, bytes));
}

function finished(bytes, { type, shape, step }) {
  const values = new TYPES[type](bytes.buffer);
  return { values: step ? Float32Array.from(values, (value) => step * value) : values, shape };
}

/** An array as Python wrote it (page/player.py), as {values, shape}. */
export const arrayOf = (facts) => finished(bytesOf(facts), facts);

/** The same for an array that may be deflated (RFC 1950), first the low bytes of all numbers, then the high ones. */
export async function unpacked(facts) {
  if (!facts.deflated) return arrayOf(facts);
  const stream = new Blob([bytesOf(facts)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const planes = new Uint8Array(await new Response(stream).arrayBuffer());
  const size = TYPES[facts.type].BYTES_PER_ELEMENT;
  const count = planes.length / size;
  const bytes = new Uint8Array(planes.length);
  for (let plane = 0; plane < size; plane++) {
    for (let i = 0; i < count; i++) bytes[i * size + plane] = planes[plane * count + i];
  }
  return finished(bytes, facts);
}

/** The JSON of a data block of the page. */
export function dataOf(element) {
  return JSON.parse(element.querySelector('script[type="application/json"]').textContent);
}

/** 0.4213 -> "42.1 %", -0.021 -> "−2.1 %". */
export function percent(share) {
  return `${(100 * share).toFixed(1)} %`.replace("-", "−");
}
