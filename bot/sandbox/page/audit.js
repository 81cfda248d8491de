/* The pane with the audit log: newest first, each entry once, the new ones flashing. */

import { clockOf } from "./dates.js";
import { avatar } from "./directory.js";
import { flash, h } from "./dom.js";

const MOST = 400; // rows that stay on the page; the log itself keeps all
const QUIET = 700; // ms after the first batch in which older entries may still arrive without flashing

const TONES = [
  ["bad", /refus|reject|fail|broke|error|stale|expir|deni|cancel|withdr/i],
  ["good", /approv|done|result|succe|ran|finish|undone|posted/i],
  ["wait", /wait|plan|pending|propos/i],
];

export class AuditPane {
  constructor({ list, totals, directory }) {
    Object.assign(this, { list, totals, directory, rows: new Map(), started: null });
  }

  /**
   * Adds `entries` {number, at, kind, actor, text, change?, hash?}; one that is known already is not
   * repeated.
   */
  add(entries) {
    const isLive = this.started !== null && performance.now() - this.started > QUIET;
    this.started ??= performance.now();
    for (const entry of [...entries].sort((a, b) => a.number - b.number)) this.put(entry, isLive);
    const highest = Math.max(0, ...this.rows.keys());
    this.totals.textContent = highest
      ? `${this.rows.size === highest ? highest : `${this.rows.size} of ${highest}`} entries`
      : "Nothing yet";
    while (this.list.children.length > MOST) this.list.lastElementChild.remove();
  }

  put(entry, isLive) {
    const known = this.rows.get(entry.number);
    const mark = JSON.stringify(entry);
    if (known?.mark === mark) return;
    const node = this.draw(entry);
    this.rows.set(entry.number, { node, mark });
    if (known?.node.isConnected) known.node.replaceWith(node);
    else this.list.insertBefore(node, this.olderThan(entry.number));
    if (isLive) flash(node);
  }

  olderThan(number) {
    return [...this.list.children].find((row) => Number(row.dataset.entry) < number) ?? null;
  }

  draw(entry) {
    const { directory } = this;
    const tone = TONES.find(([, pattern]) => pattern.test(entry.kind))?.[0] ?? "plain";
    const user = directory.user(entry.actor) ?? (entry.actor === "bot" ? directory.bot : null);
    const change = entry.change ? h("span", { class: "entry-change" }, `change ${entry.change}`) : null;
    const hash = entry.hash
      ? h("code", { class: "entry-hash", title: `Hash ${entry.hash}` }, String(entry.hash).slice(0, 7))
      : null;
    const facts = h("div", { class: "entry-facts" }, who(user, entry.actor), change, hash);
    const head = h(
      "div",
      { class: "entry-head" },
      h("span", { class: "entry-number" }, `#${entry.number}`),
      h("span", { class: `entry-kind tone-${tone}` }, entry.kind),
      h("time", { class: "entry-time" }, clockOf(entry.at)),
    );
    return h(
      "li",
      { class: "entry", dataset: { entry: entry.number } },
      head,
      h("div", { class: "entry-text" }, this.readable(entry.text)),
      facts,
    );
  }

  /** Ids of people and channels as names; everything else as it is written. */
  readable(text) {
    const named = (whole, id) => (this.directory.user(id) ? `@${this.directory.firstName(id)}` : whole);
    return String(text ?? "").replace(/<@(\w+)(?:\|[^>]*)?>/g, named);
  }
}

function who(user, actor) {
  if (!actor) return null;
  const name = user?.isApp ? "Segment Bot" : (user?.real_name ?? actor).split(" ")[0];
  return h("span", { class: "entry-who" }, user && avatar(user, 16), name);
}
