// Orange for what adds, blue for what takes away, in every part of the inspector.

export const PLUS = "var(--warm)", MINUS = "var(--blue)";

/** The red, green and blue of a value of an image. */
export function colorOf(value, { limit, signed }) {
  const t = Math.min(1, Math.abs(value) / limit), full = !signed ? [0, 0, 0] : value > 0 ? [213, 94, 0] : [0, 114, 178];
  return full.map((c) => 255 + (c - 255) * t);
}

/** Bytes as numbers of 32 bits. */
export function floats(bytes) {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
