/* The overflow menu behind three dots. */

import { useId, useRef } from "preact/hooks";

import { beside, html, isSafeUrl } from "../html.js";
import { Icon } from "../icon.js";
import { plain } from "../text/pieces.js";

export function Overflow({ element, use }) {
  const menu = useRef(null);
  const opener = useRef(null);
  const id = useId();
  const pick = (option) => {
    menu.current.hidePopover();
    opener.current.focus();
    use(option.value);
  };
  return html`
    <span class="overflow">
      <button ref=${opener} type="button" class="button button-more" aria-label="More actions" aria-haspopup="menu" popovertarget=${id}>
        <${Icon} name="more" />
      </button>
      <div ref=${menu} id=${id} class="select-list menu" role="menu" popover="auto" onToggle=${focusFirst} onKeyDown=${step}>
        ${element.options.map((option) => html`<${Item} option=${option} pick=${() => pick(option)} />`)}
      </div>
    </span>`;
}

function Item({ option, pick }) {
  const attributes = { class: "select-option", role: "menuitem", onClick: pick };
  const words = html`<span>${plain(option.text)}${option.description && html`<small>${plain(option.description)}</small>`}</span>`;
  return option.url && isSafeUrl(option.url)
    ? html`<a ...${attributes} ...${beside(option.url)}>${words}</a>`
    : html`<button type="button" ...${attributes}>${words}</button>`;
}

function focusFirst(event) {
  if (event.newState === "open") event.currentTarget.firstElementChild.focus();
}

function step(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const items = [...event.currentTarget.children];
  items.at((items.indexOf(document.activeElement) + by) % items.length).focus();
}
