/* The pane with the store's segments and their sizes; what has just changed flashes, what is gone fades away. */

import { html, useEffect, useRef, useState } from "../html.js";
import { useFlash, useLive } from "../motion.js";
import { Pane } from "./pane.js";

const FADE = 1400; // ms that a deleted segment stays to be seen going: as long as the style sheet's `leave`
const NUMBER = new Intl.NumberFormat("en-US");
const SIGNED = new Intl.NumberFormat("en-US", { signDisplay: "always" });

const uses = (count) => `${plural(count, "promotion")} ${count === 1 ? "uses" : "use"} it`;
const plural = (count, noun) => `${NUMBER.format(count)} ${noun}${count === 1 ? "" : "s"}`;

/** The store is {segments: [{id, name, description, shoppers, promotions}], customers, profiles, promotions}. */
export function SegmentsPane({ store }) {
  const segments = store?.segments ?? [];
  const rows = useLeaving(segments);
  const isLive = useLive(store !== null);
  const largest = Math.max(1, ...segments.map((segment) => segment.shoppers));
  return html`
    <${Pane} name="segments" title="Store segments" hint=${store && wholeOf(store)}
      totals=${store && `${segments.length} · ${plural(store.customers, "customer")}`}>
      <ul id="segments" tabindex="0" aria-label="Segments and their sizes">
        ${rows.map((each) =>
          segments.includes(each)
            ? html`<${Segment} key=${each.id} segment=${each} share=${each.shoppers / largest} isLive=${isLive} />`
            : html`<${Leaving} key=${each.id} segment=${each} />`)}
      </ul>
    <//>`;
}

const wholeOf = ({ segments, profiles, promotions }) =>
  [plural(segments.length, "segment"), plural(profiles, "shopper profile"), plural(promotions, "promotion")].join(", ");

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
  const { name, description, shoppers, promotions } = segment;
  const row = useRef(null);
  useFlash(row, JSON.stringify([name, description, shoppers, promotions]), isLive);
  return html`
    <li ref=${row} class="segment" data-segment=${name} title=${description || name} style=${{ "--share": share }}>
      <span class="segment-name">${name}</span>
      ${promotions > 0 && html`
        <span class="segment-promotions" title=${uses(promotions)}>${plural(promotions, "promo")}</span>`}
      <${Step} shoppers=${shoppers} />
      <span class="segment-size" aria-label=${plural(shoppers, "shopper")}>${NUMBER.format(shoppers)}</span>
      <span class="segment-bar" aria-hidden="true" />
    </li>`;
}

const Leaving = ({ segment }) =>
  html`<li class="segment leaving" aria-hidden="true"><span class="segment-name">${segment.name}</span></li>`;

/** By how many shoppers a segment has just grown or shrunk. */
function Step({ shoppers }) {
  const before = useRef({ shoppers, step: 0 });
  if (before.current.shoppers !== shoppers) before.current = { shoppers, step: shoppers - before.current.shoppers };
  const { step } = before.current;
  const look = `segment-step ${step > 0 ? "more" : "less"}`;
  return step !== 0 && html`<span key=${shoppers} class=${look}>${SIGNED.format(step).replace("-", "−")}</span>`;
}
