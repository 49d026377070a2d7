// How values read.

const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const whole = new Intl.NumberFormat("en-GB");

export const number = value => whole.format(value);

export function bytes(value) {
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

export function micros(value) {
  if (value === null || value === undefined) return "not measured";
  return value < 1000 ? `${value} µs` : `${(value / 1000).toFixed(value < 10000 ? 1 : 0)} ms`;
}

export function seconds(value) {
  const s = Math.floor(value);
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ${Math.floor(s / 60) % 60} min`;
  return `${Math.floor(s / 86400)} d ${Math.floor(s / 3600) % 24} h`;
}

export const short = id => id.slice(0, 8);

export const time = date => new Date(date).toLocaleTimeString("en-GB");

export const moment = date => new Date(date).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** A message's bytes (base64) as text, or what they are if they are none. */
export function payload(base64) {
  const raw = Uint8Array.from(atob(base64), c => c.charCodeAt(0));
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(raw);
  } catch {
    return `(${bytes(raw.length)} that are no text)`;
  }
}
