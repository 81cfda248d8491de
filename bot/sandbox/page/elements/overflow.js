/* The overflow menu of a message or view. */

import { html } from "../html.js";
import { Menu } from "./menu.js";
import { OptionWords } from "./options.js";

export function Overflow({ element, tell }) {
  const items = element.options.map((option) => ({
    words: html`<${OptionWords} option=${option} />`,
    url: option.url,
    pick: () => tell(option.value),
  }));
  return html`<${Menu} label="More actions" items=${items} />`;
}
