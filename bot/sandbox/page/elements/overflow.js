/* The overflow menu behind three dots. */

import { beside, html, isSafeUrl, useId, useRef } from "../html.js";
import { Icon } from "../icon.js";
import { stepFocus } from "../motion.js";
import { OptionWords } from "./options.js";

export function Overflow({ element, tell }) {
  const menu = useRef(null);
  const opener = useRef(null);
  const id = useId();
  const pick = (option) => {
    menu.current.hidePopover();
    opener.current.focus();
    tell(option.value);
  };
  return html`
    <span class="overflow">
      <button ref=${opener} type="button" class="button button-more" aria-label="More actions" aria-haspopup="menu"
        popovertarget=${id}><${Icon} name="more" /></button>
      <div ref=${menu} id=${id} class="select-list menu" role="menu" popover="auto" onToggle=${focusFirst}
        onKeyDown=${(event) => stepFocus(event, "ArrowUp", "ArrowDown")}>
        ${element.options.map((option) => html`<${Item} option=${option} pick=${() => pick(option)} />`)}
      </div>
    </span>`;
}

function Item({ option, pick }) {
  const attributes = { class: "select-option", role: "menuitem", onClick: pick };
  const words = html`<${OptionWords} option=${option} />`;
  return option.url && isSafeUrl(option.url)
    ? html`<a ...${attributes} ...${beside(option.url)}>${words}</a>`
    : html`<button type="button" ...${attributes}>${words}</button>`;
}

function focusFirst(event) {
  if (event.newState === "open") event.currentTarget.firstElementChild.focus();
}
