/* The pane with the store's segments and their sizes; what has just changed flashes, what is gone fades away. */

import { useEffect, useRef, useState } from "preact/hooks";

import { html } from "../html.js";
import { useFlash, useLive } from "../motion.js";
import { Pane } from "./pane.js";

const FADE = 1400; // ms that a deleted segment stays to be seen going: as long as the style sheet's `leave`
const NUMBER = new Intl.NumberFormat("en-US");

const plural = (count = 0, noun) => `${NUMBER.format(count)} ${noun}${count === 1 ? "" : "s"}`;

/** The store is {segments: [{id, name, description, shoppers, promotions}], customers, profiles, promotions}, or null. */
export function SegmentsPane({ store }) {
  const segments = store?.segments ?? [];
  const rows = useLeaving(segments);
  const isLive = useLive(store !== null);
  const largest = Math.max(1, ...segments.map((segment) => segment.shoppers));
  const counts = store && [plural(segments.length, "segment"), plural(store.profiles, "shopper profile"), plural(store.promotions, "promotion")];
  return html`
    <${Pane} name="segments" title="Store segments" hint=${counts?.join(", ")}
      totals=${store && `${segments.length} · ${plural(store.customers, "customer")}`}>
      <ul id="segments" tabindex="0" aria-label="Segments and their sizes">
        ${rows.map((segment) =>
          segments.includes(segment)
            ? html`<${Segment} key=${segment.id} segment=${segment} share=${segment.shoppers / largest} isLive=${isLive} />`
            : html`<li key=${segment.id} class="segment leaving" aria-hidden="true"><span class="segment-name">${segment.name}</span></li>`)}
      </ul>
    <//>`;
}

/** The segments, and for a while, where they stood, those that were there before. */
function useLeaving(segments) {
  const shown = useRef([]);
  const [, redraw] = useState(0);
  const ids = new Set(segments.map((segment) => segment.id));
  const rows = [...segments];
  shown.current.forEach((old, index) => ids.has(old.id) || rows.splice(index, 0, old));
  useEffect(() => {
    shown.current = rows;
    const timer = setTimeout(() => {
      shown.current = segments;
      redraw(Date.now());
    }, FADE);
    return () => clearTimeout(timer);
  }, [segments]);
  return rows;
}

function Segment({ segment, share, isLive }) {
  const { id, name, description, shoppers, promotions } = segment;
  const count = Array.isArray(promotions) ? promotions.length : (promotions ?? 0);
  const row = useRef(null);
  useFlash(row, JSON.stringify([name, description, shoppers, count]), isLive);
  return html`
    <li ref=${row} class="segment" data-segment=${name} data-id=${id} title=${description || name} style=${{ "--share": share }}>
      <span class="segment-name">${name}</span>
      ${count > 0 && html`
        <span class="segment-promotions" title="${plural(count, "promotion")} use it">${plural(count, "promo")}</span>`}
      <${Step} shoppers=${shoppers} />
      <span class="segment-size" aria-label=${plural(shoppers, "shopper")}>${NUMBER.format(shoppers)}</span>
      <span class="segment-bar" aria-hidden="true" />
    </li>`;
}

/** By how many shoppers a segment has just grown or shrunk. */
function Step({ shoppers }) {
  const before = useRef({ shoppers, step: 0 });
  if (before.current.shoppers !== shoppers) before.current = { shoppers, step: shoppers - before.current.shoppers };
  const { step } = before.current;
  if (!step) return null;
  return html`
    <span key=${shoppers} class="segment-step ${step > 0 ? "more" : "less"}">${step > 0 ? "+" : "−"}${NUMBER.format(Math.abs(step))}</span>`;
}
