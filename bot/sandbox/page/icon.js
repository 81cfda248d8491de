/* Line icons of 20 by 20, drawn in the colour of the text around them. */

import { html } from "./html.js";

/** `name` is that of a symbol in icons.svg. */
export const Icon = ({ name, size = 18 }) => html`
  <svg class="icon icon-${name}" width=${size} height=${size} aria-hidden="true">
    <use href="/page/icons.svg#${name}" />
  </svg>`;

/** A button that is only an icon. */
export const IconButton = ({ name, label, size, ...rest }) => html`
  <button type="button" class="icon-button" aria-label=${label} ...${rest}>
    <${Icon} name=${name} size=${size} />
  </button>`;
