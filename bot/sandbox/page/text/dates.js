/* Times as Slack writes them: date tokens, the hour beside a message, the day between two. */

const DAY = 86_400_000;
const AGO = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

const form = (options) => new Intl.DateTimeFormat("en-US", options).format;
const hour = form({ hour: "numeric", minute: "2-digit" });
const short = form({ month: "short", day: "numeric", year: "numeric" });
const medium = form({ month: "long", day: "numeric", year: "numeric" });
const long = form({ weekday: "long", month: "long", day: "numeric", year: "numeric" });
const weekday = form({ weekday: "long", month: "long", day: "numeric" });

const TOKENS = {
  date_num: (date) => date.toLocaleDateString("en-CA"),
  date: medium,
  date_short: short,
  date_long: long,
  date_pretty: (date) => near(date) ?? medium(date),
  date_short_pretty: (date) => near(date) ?? short(date),
  date_long_pretty: (date) => near(date) ?? long(date),
  time: hour,
  time_secs: form({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago,
};

const midnight = (date) => new Date(date).setHours(0, 0, 0, 0);

/** "yesterday", "today" or "tomorrow", or undefined. */
function near(date) {
  const days = Math.round((midnight(date) - midnight(Date.now())) / DAY);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days];
}

function ago(date) {
  const minutes = Math.round((date - Date.now()) / 60_000);
  if (Math.abs(minutes) < 60) return AGO.format(minutes, "minute");
  if (Math.abs(minutes) < 1440) return AGO.format(Math.round(minutes / 60), "hour");
  return AGO.format(Math.round(minutes / 1440), "day");
}

const ofUnix = (seconds) => new Date(Number(seconds) * 1000);

/** Slack's date format, e.g. "{date_short} at {time}", for a Unix time; null when the time is no number. */
export function formatDate(unix, format) {
  const date = ofUnix(unix);
  if (Number.isNaN(date.getTime())) return null;
  return format.replace(/\{(\w+)\}/g, (whole, token) => TOKENS[token]?.(date) ?? whole);
}

/** The hour of a message's ts, as Slack shows it. */
export const hourOf = (ts) => hour(ofUnix(ts));

/** The name of the day a ts lies in: Today, Yesterday, Monday, March 2. */
export function dayOf(ts) {
  const words = near(ofUnix(ts));
  return words ? words[0].toUpperCase() + words.slice(1) : weekday(ofUnix(ts));
}

/** Hour with seconds for an ISO string. */
export const clockOf = (at) => new Date(at).toLocaleTimeString("en-GB");
