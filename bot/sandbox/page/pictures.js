/* Images that a block brings. */

import { h, isImageUrl } from "./dom.js";

/** An image; where it cannot be loaded, its alternative text in a box. */
export function picture({ image_url: url, slack_file: file, alt_text: alt }, name) {
  const source = url ?? file?.url;
  const missing = () =>
    h("span", { class: `${name} image-missing`, role: "img", "aria-label": alt, title: alt }, "🖼 ", alt);
  if (!source || !isImageUrl(source)) return missing();
  const image = h("img", { class: name, src: source, alt, onerror: () => image.replaceWith(missing()) });
  return image;
}
