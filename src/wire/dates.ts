/** Python's datetimes and JavaScript's dates. */

/** Milliseconds since 1970 of the first and the last moment that a Python `datetime` knows: years 1 to 9999. */
export const FIRST_DATETIME_MS = -62_135_596_800_000;
export const LAST_DATETIME_MS = 253_402_300_799_999;

/** Offsets before time zones were standardised have seconds ("+00:53:28"), which JavaScript does not parse. */
const WITH_SECONDS_IN_OFFSET = /^(.*)([+-])(\d\d):(\d\d):(\d\d(?:\.\d+)?)$/;

/** The moment of `datetime.isoformat()`. Without an offset it is local time, as in Python. */
export function dateOf(isoformat: string): Date {
  const parts = WITH_SECONDS_IN_OFFSET.exec(isoformat);
  if (parts === null) return new Date(isoformat);
  const [, local, sign, hours, minutes, seconds] = parts;
  const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return new Date(Math.floor(Date.parse(`${local}Z`) - (sign === "-" ? -offset : offset) * 1000));
}
