/* Slack's card, a row of them, and the row of elements that cards and actions blocks have. */

import { Element } from "../elements/element.js";
import { html, useRef } from "../html.js";
import { Icon } from "../icon.js";
import { Text } from "../text/mrkdwn.js";
import { Picture } from "./picture.js";

export const Actions = ({ elements, blockId }) => html`
  <div class="block-actions">
    ${elements.map((each) => html`<${Element} key=${each.action_id} element=${each} blockId=${blockId} />`)}
  </div>`;

const Part = ({ name, text }) => text && html`<div class="card-${name}"><${Text} text=${text} /></div>`;

export const Card = ({ card, blockId }) => html`
  <article class="card">
    ${card.hero_image && html`<${Picture} ...${card.hero_image} name="card-hero" />`}
    <div class="card-top">
      ${card.icon && html`<${Picture} ...${card.icon} name="card-icon" />`}
      <div class="card-heads">
        <${Part} name="title" text=${card.title} />
        <${Part} name="subtitle" text=${card.subtitle} />
      </div>
    </div>
    <${Part} name="body" text=${card.body} />
    ${card.actions?.length > 0 && html`<${Actions} elements=${card.actions} blockId=${blockId} />`}
  </article>`;

export function Carousel({ block: { elements, block_id: blockId } }) {
  const row = useRef(null);
  const turn = (side, label, left) => html`
    <button type="button" class="carousel-turn carousel-${side}" aria-label=${label}
      onClick=${() => row.current.scrollBy({ left, behavior: "smooth" })}><${Icon} name=${side} size=${16} /></button>`;
  return html`
    <div class="carousel">
      <div ref=${row} class="carousel-row" tabindex="0" role="group" aria-label="${elements.length} cards">
        ${elements.map((each) => html`<${Card} card=${each} blockId=${blockId} />`)}
      </div>
      ${elements.length > 1 && [turn("left", "Cards before", -260), turn("right", "More cards", 260)]}
    </div>`;
}
