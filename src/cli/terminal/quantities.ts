/** Amounts in the form people read. */

/** `"0.42 s"`, `"12.3 s"`, `"4 min 5 s"`, `"2 h 3 min"`. */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(2)} s`;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const WHOLE_NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** `"1,234,567"`. */
export function count(value: number): string {
  return WHOLE_NUMBER.format(value);
}

/** A count with its noun: `"1 line"`, `"2 lines"`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}

/** `"0.5/s"`, `"12/s"`, `"3,400/s"`; with a noun `"12 tokens/s"`. */
export function rate(perSecond: number, noun?: string): string {
  const amount = perSecond < 10 ? perSecond.toFixed(1) : count(perSecond);
  return noun === undefined ? `${amount}/s` : `${amount} ${noun}/s`;
}

/** `"$0"`, `"$0.000123"`, `"$0.0456"`, `"$12.30"`: three digits that say something, cents from a dollar on. */
export function dollars(amount: number): string {
  if (amount === 0) return "$0";
  if (amount >= 1) return `$${amount.toFixed(2)}`;
  return `$${amount.toFixed(Math.min(9, 2 - Math.floor(Math.log10(amount))))}`;
}

/** `"12.3 MB"`, of a million bytes each. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
