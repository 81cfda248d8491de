/* The Home tab. */

import { Blocks } from "../blocks/blocks.js";
import { useNewSurface } from "../elements/surface.js";
import { html } from "../html.js";
import { useSession } from "../session.js";

export function HomeTab({ view }) {
  const surface = useNewSurface(useSession().act, { channel: "home" });
  return html`
    <div id="scroller" tabindex="0">
      <div class="home">
        ${view
          ? html`<${Blocks} blocks=${view.blocks} surface=${surface} />`
          : html`<p class="home-empty">The app has not published its Home tab yet.</p>`}
      </div>
    </div>`;
}
