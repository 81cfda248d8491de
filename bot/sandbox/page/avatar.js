/* A rounded square: initials on the person's colour, or the app's mark. */

import { html } from "./html.js";

export function Avatar({ user, size = 36 }) {
  const style = { "--size": `${size}px`, "--tint": user?.color ?? "#616061" };
  const inner = user?.isApp ? html`<img src="/page/mark.svg" alt="" />` : (user?.initials ?? "?");
  return html`<span class="avatar" style=${style} aria-hidden="true">${inner}</span>`;
}
