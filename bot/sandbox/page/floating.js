/* Lists that float by the field they belong to, above whatever else is on the page. */

const GAP = 4;
const EDGE = 8;

/** Keeps `floating` (an open popover) by `anchor` while things scroll; answers the function that lets go. */
export function placeBy(floating, anchor, { align = "left", least = 220 } = {}) {
  const place = () => put(floating, anchor.getBoundingClientRect(), align, least);
  const watch = new ResizeObserver(place);
  watch.observe(floating);
  addEventListener("scroll", place, { capture: true, passive: true });
  addEventListener("resize", place);
  place();
  return () => {
    watch.disconnect();
    removeEventListener("scroll", place, { capture: true });
    removeEventListener("resize", place);
  };
}

function put(floating, rect, align, least) {
  const width = Math.max(rect.width, least);
  const below = innerHeight - rect.bottom - GAP - EDGE;
  const above = rect.top - GAP - EDGE;
  const up = below < Math.min(floating.scrollHeight, 240) && above > below;
  const left = align === "right" ? rect.right - width : rect.left;
  Object.assign(floating.style, {
    width: `${width}px`,
    maxHeight: `${Math.min(320, up ? above : below)}px`,
    left: `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`,
    top: up ? "auto" : `${rect.bottom + GAP}px`,
    bottom: up ? `${innerHeight - rect.top + GAP}px` : "auto",
  });
}
