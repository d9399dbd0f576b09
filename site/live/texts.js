// Numbers as the panels write them in Python, and rounding as Python does it.

/** An error whose sentence is for the reader. */
export class Refused extends Error {}

/** Round to the nearest whole number, halves to the even one. */
export function rint(value) {
  const up = Math.round(value);
  return Math.abs(value % 1) === 0.5 && up % 2 !== 0 ? up - 1 : up;
}

/** Return a number with so many decimals, exact halves to the even digit. */
export function fixed(value, digits) {
  return (Number.isInteger(4 * value) ? rint(value * 10 ** digits) / 10 ** digits : value).toFixed(digits);
}

/** Return a fraction as text in percent, never rounded to 0 or 100. */
export function percent(fraction) {
  const value = 100 * fraction;
  if (!Number.isFinite(value)) return "not a number";
  if ((value > 0 && value < 0.05) || (value > 99.95 && value < 100)) return value < 1 ? "< 0.1 %" : "> 99.9 %";
  return `${fixed(value, (value > 0 && value < 9.95) || (value >= 98.95 && value < 100) ? 1 : 0)} %`;
}

/** Return a number as text with three significant digits, whole ones in full. */
export function number(value) {
  if (Number.isNaN(value)) return "not a number";
  if (!Number.isFinite(value)) return value > 0 ? "infinity" : "minus infinity";
  if (value === 0) return "0"; // also minus 0
  if (Number.isInteger(value) || Math.abs(value) >= 1000) {
    return (Number.isInteger(value) ? value : Number(value.toPrecision(3))).toLocaleString("en-US");
  }
  const short = Number(value.toPrecision(3));
  if (Math.abs(short) >= 1e-4) return String(short);
  const [digits, power] = short.toExponential().split("e");
  return `${digits}e-${power.slice(1).padStart(2, "0")}`;
}

/** Return a whole number with commas. */
export const grouped = (value) => value.toLocaleString("en-US");

/** Return the text with a capital first letter. */
export const sentence = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** Return images of ink from 0 to 1 as bytes, one after the other. */
export function inkBytes(images) {
  const bytes = new Uint8Array(images.reduce((sum, image) => sum + image.length, 0));
  let at = 0;
  for (const image of images) for (const value of image) bytes[at++] = rint(255 * value);
  return bytes;
}

/** Return base64 as bytes. */
export function fromBase64(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
