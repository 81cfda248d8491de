/* The pane with the store's segments and their sizes; what has just changed flashes, what is gone fades
 * away. */

import { flash, h } from "./dom.js";

const FADE = 1400; // ms that a deleted segment stays to be seen going: as long as the style sheet's `leave`
const NUMBER = new Intl.NumberFormat("en-US");

const countOf = (promotions) => (Array.isArray(promotions) ? promotions.length : (promotions ?? 0));
const plural = (count, noun) => `${NUMBER.format(count ?? 0)} ${noun}${count === 1 ? "" : "s"}`;

export class SegmentsPane {
  constructor({ list, totals }) {
    Object.assign(this, { list, totals, rows: new Map(), isFirst: true });
  }

  /**
   * Shows the store: {segments: [{id, name, description, shoppers, promotions, updated_at}], customers,
   * profiles, promotions}.
   */
  show(store) {
    const largest = Math.max(1, ...store.segments.map((segment) => segment.shoppers));
    const nodes = store.segments.map((segment) => this.row(segment, largest));
    const ids = new Set(store.segments.map((segment) => String(segment.id)));
    for (const [id, row] of this.rows) if (!ids.has(id)) this.leave(id, row);
    this.arrange(nodes);
    this.totals.textContent = `${store.segments.length} · ${plural(store.customers, "customer")}`;
    this.totals.title = [
      plural(store.segments.length, "segment"),
      plural(store.profiles, "shopper profile"),
      plural(store.promotions, "promotion"),
    ].join(", ");
    this.isFirst = false;
  }

  row(segment, largest) {
    const id = String(segment.id);
    const known = this.rows.get(id);
    const mark = JSON.stringify([
      segment.name,
      segment.description,
      segment.shoppers,
      countOf(segment.promotions),
    ]);
    const node = known?.node ?? h("li", { class: "segment" });
    node.style.setProperty("--share", segment.shoppers / largest);
    if (known?.mark === mark) return node;
    const step = known ? segment.shoppers - known.shoppers : 0;
    node.dataset.segment = segment.name;
    node.title = segment.description || segment.name;
    node.replaceChildren(...inner(segment, step));
    if (!this.isFirst) flash(node, known ? "flash" : "arrived-row");
    this.rows.set(id, { node, mark, shoppers: segment.shoppers });
    return node;
  }

  /** Keeps the store's order; rows on their way out stay where they are. */
  arrange(nodes) {
    let after = null;
    for (const node of nodes) {
      const expected = nextStaying(after ? after.nextElementSibling : this.list.firstElementChild);
      if (expected !== node) this.list.insertBefore(node, expected);
      after = node;
    }
  }

  leave(id, { node }) {
    this.rows.delete(id);
    node.classList.add("leaving");
    delete node.dataset.segment;
    node.setAttribute("aria-hidden", "true");
    setTimeout(() => node.remove(), FADE);
  }
}

function nextStaying(node) {
  while (node?.classList.contains("leaving")) node = node.nextElementSibling;
  return node;
}

function inner(segment, step) {
  const promotions = countOf(segment.promotions);
  const tag = promotions
    ? h(
        "span",
        { class: "segment-promotions", title: `${plural(promotions, "promotion")} use it` },
        `${promotions} promo${promotions === 1 ? "" : "s"}`,
      )
    : null;
  const delta = step
    ? h(
        "span",
        { class: `segment-step ${step > 0 ? "more" : "less"}` },
        `${step > 0 ? "+" : "−"}${NUMBER.format(Math.abs(step))}`,
      )
    : null;
  return [
    h("span", { class: "segment-name" }, segment.name),
    tag,
    delta,
    h(
      "span",
      { class: "segment-size", "aria-label": plural(segment.shoppers, "shopper") },
      NUMBER.format(segment.shoppers),
    ),
    h("span", { class: "segment-bar", "aria-hidden": "true" }),
  ].filter(Boolean);
}
