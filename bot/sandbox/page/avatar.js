/* A rounded square: initials on the person's colour, or the app's mark. */

import { html } from "./html.js";

const RINGS = [
  ["#ecb22e", 26, 0],
  ["#2eb67d", 38, -33],
  ["#36c5f0", 18, -78],
];

export function Avatar({ user, size = 36 }) {
  const style = { "--size": `${size}px`, "--tint": user?.color ?? "#616061" };
  return html`
    <span class=${user?.isApp ? "avatar avatar-app" : "avatar"} style=${style} aria-hidden="true">
      ${user?.isApp ? html`<${Mark} />` : (user?.initials ?? "?")}
    </span>`;
}

const Mark = () => html`
  <svg viewBox="0 0 40 40">
    ${RINGS.map(([colour, length, offset]) => html`
      <circle cx="20" cy="20" r="10" fill="none" stroke=${colour} stroke-width="5" pathLength="100"
        stroke-dasharray="${length} ${100 - length}" stroke-dashoffset=${offset} />`)}
  </svg>`;
