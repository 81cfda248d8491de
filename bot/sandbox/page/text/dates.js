/* Times as Slack writes them: date tokens, the hour beside a message, the day between two. */

const DAY = 86_400_000;

const form = (options) => new Intl.DateTimeFormat("en-US", options);
const TIME = form({ hour: "numeric", minute: "2-digit" });
const SECONDS = form({ hour: "numeric", minute: "2-digit", second: "2-digit" });
const SHORT = form({ month: "short", day: "numeric", year: "numeric" });
const LONG = form({ weekday: "long", month: "long", day: "numeric", year: "numeric" });
const MEDIUM = form({ month: "long", day: "numeric", year: "numeric" });
const DAY_NAME = form({ weekday: "long", month: "long", day: "numeric" });

const TOKENS = {
  date_num: (date) => date.toLocaleDateString("en-CA"),
  date: (date) => MEDIUM.format(date),
  date_short: (date) => SHORT.format(date),
  date_long: (date) => LONG.format(date),
  date_pretty: (date) => pretty(date, MEDIUM),
  date_short_pretty: (date) => pretty(date, SHORT),
  date_long_pretty: (date) => pretty(date, LONG),
  time: (date) => TIME.format(date),
  time_secs: (date) => SECONDS.format(date),
  ago: (date) => ago(date),
};

const midnight = (date) => new Date(date).setHours(0, 0, 0, 0);

function pretty(date, format) {
  const days = Math.round((midnight(date) - midnight(Date.now())) / DAY);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? format.format(date);
}

function ago(date) {
  const minutes = Math.round((date - Date.now()) / 60_000);
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (Math.abs(minutes) < 60) return words.format(minutes, "minute");
  if (Math.abs(minutes) < 1440) return words.format(Math.round(minutes / 60), "hour");
  return words.format(Math.round(minutes / 1440), "day");
}

/** Slack's date format, e.g. "{date_short} at {time}", for a Unix time; null when the time is no number. */
export function formatDate(unix, format) {
  const date = new Date(Number(unix) * 1000);
  if (Number.isNaN(date.getTime())) return null;
  return format.replace(/\{(\w+)\}/g, (whole, token) => TOKENS[token]?.(date) ?? whole);
}

/** The hour of a message's ts, as Slack shows it. */
export const hourOf = (ts) => TIME.format(new Date(Number(ts) * 1000));

/** The name of the day a ts lies in: Today, Yesterday, Monday, March 2. */
export function dayOf(ts) {
  const date = new Date(Number(ts) * 1000);
  const days = Math.round((midnight(Date.now()) - midnight(date)) / DAY);
  return { 0: "Today", 1: "Yesterday" }[days] ?? DAY_NAME.format(date);
}

/** Hour with seconds for a Unix time in seconds, or an ISO string. */
export function clockOf(at) {
  const date = typeof at === "number" ? new Date(at * 1000) : new Date(at);
  return Number.isNaN(date.getTime()) ? String(at ?? "") : date.toLocaleTimeString("en-GB");
}
