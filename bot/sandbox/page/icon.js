/* Line icons of 20 by 20, drawn in the colour of the text around them. */

import { html } from "./html.js";

const PATHS = {
  hash: "M8.5 3 6.5 17M13.5 3l-2 14M3.5 7.5h14M2.5 12.5h14",
  home: "M3 9.5 10 3l7 6.5V17h-4.5v-5h-5v5H3z",
  down: "m5 7.5 5 5 5-5",
  right: "m7.5 5 5 5-5 5",
  left: "m12.5 5-5 5 5 5",
  close: "m5 5 10 10M15 5 5 15",
  send: "M3 3.5 17.5 10 3 16.5 5.2 11 12 10 5.2 9z",
  panes: "M3 4h14v12H3zM12 4v12",
  eye: "M1.8 10S5 4.5 10 4.5 18.2 10 18.2 10 15 15.5 10 15.5 1.8 10 1.8 10zM10 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  file: "M5 2.5h6.5L15.5 7v10.5H5zM11 2.5V7.5h4.5",
  download: "M10 3v9m-4-4 4 4 4-4M3.5 16.5h13",
  more: "M4 10h.01M10 10h.01M16 10h.01",
};

export function Icon({ name, size = 18 }) {
  return html`
    <svg class="icon icon-${name}" viewBox="0 0 20 20" width=${size} height=${size} aria-hidden="true">
      <path d=${PATHS[name]} />
    </svg>`;
}

/** A button that is only an icon. */
export const IconButton = ({ name, label, size, ...rest }) => html`
  <button type="button" class="icon-button" aria-label=${label} ...${rest}><${Icon} name=${name} size=${size} /></button>`;
