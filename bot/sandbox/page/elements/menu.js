/* A menu behind three dots. */

import { beside, html, isSafeUrl, useId, useRef } from "../html.js";
import { Icon } from "../icon.js";
import { stepFocus } from "../motion.js";

/** `items` are [{words, url, pick}]: what stands there, an address that it opens, and what is called besides. */
export function Menu({ label, look = "button button-more", items }) {
  const menu = useRef(null);
  const opener = useRef(null);
  const id = useId();
  const close = (pick) => {
    menu.current.hidePopover();
    opener.current.focus();
    pick();
  };
  return html`
    <span class="overflow">
      <button ref=${opener} type="button" class=${look} aria-label=${label} title=${label} aria-haspopup="menu"
        popovertarget=${id}><${Icon} name="more" /></button>
      <div ref=${menu} id=${id} class="select-list menu" role="menu" popover="auto" onToggle=${focusFirst}
        onKeyDown=${(event) => stepFocus(event, "ArrowUp", "ArrowDown")}>
        ${items.map((item) => html`<${Item} item=${item} pick=${() => close(item.pick)} />`)}
      </div>
    </span>`;
}

function Item({ item: { words, url }, pick }) {
  const attributes = { class: "select-option", role: "menuitem", onClick: pick };
  return url && isSafeUrl(url)
    ? html`<a ...${attributes} ...${beside(url)}>${words}</a>`
    : html`<button type="button" ...${attributes}>${words}</button>`;
}

function focusFirst(event) {
  if (event.newState === "open") event.currentTarget.firstElementChild.focus();
}
