// Numbers on their way into the page and out of it.

const TYPES = { "<f4": Float32Array, "|i1": Int8Array, "|u1": Uint8Array };

/** An array as Python wrote it, {type, shape, data: base64, little-endian}, as {values, shape}. */
export function arrayOf({ type, shape, data }) {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  return { values: new TYPES[type](bytes.buffer), shape };
}

/** The same for an array that was deflated (RFC 1950). */
export async function unpacked({ type, shape, data, deflated }) {
  if (!deflated) return arrayOf({ type, shape, data });
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return { values: new TYPES[type](await new Response(stream).arrayBuffer()), shape };
}

/** The JSON of a data block of the page. */
export function dataOf(element) {
  return JSON.parse(element.querySelector('script[type="application/json"]').textContent);
}

/** 0.4213 -> "42.1 %", -0.021 -> "−2.1 %". */
export function percent(share) {
  return `${(100 * share).toFixed(1)} %`.replace("-", "−");
}
