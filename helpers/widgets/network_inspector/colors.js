// Orange for what adds, blue for what takes away, in every part of the inspector.

import { ink, tinted } from "../shared.js";

export const PLUS = "var(--warm)", MINUS = "var(--blue)";

/** The red, green and blue of a value of an image. */
export function colorOf(value, { limit, signed }) {
  return signed ? tinted(value / limit) : ink(255 * Math.min(1, Math.abs(value) / limit));
}

/** Bytes as numbers of 32 bits. */
export function floats(bytes) {
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
