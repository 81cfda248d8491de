/* Images that a block brings. */

import { html, useState } from "../html.js";

const ADDRESS = /^(https?:|\/(?!\/)|data:image\/)/i;

/** An image; where it cannot be loaded, its alternative text in a box. */
export function Picture({ image_url: url, slack_file: file, alt_text: alt, name }) {
  const [isMissing, setMissing] = useState(false);
  const source = url ?? file?.url ?? "";
  return isMissing || !ADDRESS.test(source)
    ? html`<span class="${name} image-missing" role="img" aria-label=${alt} title=${alt}>🖼 ${alt}</span>`
    : html`<img class=${name} src=${source} alt=${alt} onError=${() => setMissing(true)} />`;
}
