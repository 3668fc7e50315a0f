/** Numbers and times in the reader's language. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** 1234567 as 1.2M; small numbers as they are. */
export function count(value: number | null | undefined, language: string): string {
  if (value === null || value === undefined) return '–';
  const compact = Math.abs(value) >= 10_000;
  return new Intl.NumberFormat(
    language,
    compact ? { notation: 'compact', maximumFractionDigits: 1 } : {},
  ).format(value);
}

/** Milliseconds as people say them: 840 ms, 12.4 s, 2 min. */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  if (ms > 0 && ms < 1) return '<1 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / MINUTE)} min ${Math.round((ms % MINUTE) / 1000)} s`;
}

/** How long ago, in words. */
export function ago(at: string | null | undefined, language: string, now: number): string | undefined {
  const then = at ? Date.parse(at) : Number.NaN;
  if (Number.isNaN(then)) return undefined;
  const past = then - now;
  const words = new Intl.RelativeTimeFormat(language, { numeric: 'auto', style: 'short' });
  const distance = Math.abs(past);
  if (distance < MINUTE) return words.format(Math.round(past / 1000), 'second');
  if (distance < HOUR) return words.format(Math.round(past / MINUTE), 'minute');
  if (distance < DAY) return words.format(Math.round(past / HOUR), 'hour');
  return words.format(Math.round(past / DAY), 'day');
}

/** Date and time to the second. */
export function moment(at: string | null | undefined, language: string): string {
  if (!at) return '–';
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(at));
}

/** The time of day when it was today, else day and time: short enough for a table. */
export function shortMoment(at: string, language: string, now: number): string {
  const date = new Date(at);
  const isToday = new Date(now).toDateString() === date.toDateString();
  const time: Intl.DateTimeFormatOptions = {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  };
  return new Intl.DateTimeFormat(
    language,
    isToday ? time : { month: 'short', day: 'numeric', ...time },
  ).format(date);
}

/** Midnight before, where the reader is. */
export function startOfToday(now: number): string {
  const day = new Date(now);
  day.setHours(0, 0, 0, 0);
  return day.toISOString();
}
