/* The pane with the audit log: newest first, the new entries flashing. */

import { Avatar } from "../avatar.js";
import { html, useRef } from "../html.js";
import { useFlash, useLive } from "../motion.js";
import { useDirectory } from "../session.js";
import { clockOf } from "../text/dates.js";
import { Pane } from "./pane.js";

const MOST = 400; // rows on the page; the log itself keeps all
const QUIET = 700; // ms after the first entries in which older ones may still arrive without flashing

const TONES = [
  ["bad", /refus|reject|fail|broke|error|stale|expir|deni|cancel|withdr/i],
  ["good", /approv|done|result|succe|ran|finish|undone|posted/i],
  ["wait", /wait|plan|pending|propos/i],
];

/** `entries` is a Map of number to {number, at, kind, actor, text, change?, hash?}. */
export function AuditPane({ entries }) {
  const isLive = useLive(entries.size > 0, QUIET);
  const newest = [...entries.values()].toSorted((a, b) => b.number - a.number);
  const highest = newest[0]?.number;
  const all = entries.size === highest ? highest : `${entries.size} of ${highest}`;
  return html`
    <${Pane} name="audit" title="Audit log" totals=${highest ? `${all} entries` : "Nothing yet"}>
      <ol id="audit" reversed tabindex="0" aria-label="Entries, newest first">
        ${newest.slice(0, MOST).map((entry) => html`<${Entry} key=${entry.number} entry=${entry} isLive=${isLive} />`)}
      </ol>
    <//>`;
}

function Entry({ entry: { number, at, kind, actor, text, change, hash }, isLive }) {
  const directory = useDirectory();
  const row = useRef(null);
  useFlash(row, number, isLive);
  const tone = TONES.find(([, pattern]) => pattern.test(kind))?.[0] ?? "plain";
  return html`
    <li ref=${row} class="entry" data-entry=${number}>
      <div class="entry-head">
        <span class="entry-number">#${number}</span>
        <span class="entry-kind tone-${tone}">${kind}</span>
        <time class="entry-time">${clockOf(at)}</time>
      </div>
      <div class="entry-text">${readable(text, directory)}</div>
      <div class="entry-facts">
        ${actor && html`<${Actor} actor=${actor} />`}
        ${change && html`<span class="entry-change">change ${change}</span>`}
        ${hash && html`<code class="entry-hash" title="Hash ${hash}">${String(hash).slice(0, 7)}</code>`}
      </div>
    </li>`;
}

function Actor({ actor }) {
  const directory = useDirectory();
  const user = actor === "bot" ? directory.bot : directory.user(actor);
  const name = user?.isApp ? user.real_name : directory.firstName(actor);
  return html`<span class="entry-who">${user && html`<${Avatar} user=${user} size=${16} />`}${name}</span>`;
}

/** Ids of people as names; everything else as it is written. */
const readable = (text, directory) =>
  text.replace(/<@(\w+)(?:\|[^>]*)?>/g, (whole, id) => (directory.user(id) ? `@${directory.firstName(id)}` : whole));
