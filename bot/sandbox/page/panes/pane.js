/* A pane at the right, which folds under its title. */

import { html, useState } from "../html.js";

export function Pane({ name, title, totals, hint, children }) {
  const [isOpen, setOpen] = useState(true);
  return html`
    <section id="${name}-pane" class=${isOpen ? "pane" : "pane folded"} aria-labelledby="${name}-toggle">
      <h2>
        <button id="${name}-toggle" type="button" aria-expanded=${isOpen} aria-controls=${name}
          onClick=${() => setOpen(!isOpen)}>${title}</button>
        <span class="totals" title=${hint}>${totals}</span>
      </h2>
      ${children}
    </section>`;
}
