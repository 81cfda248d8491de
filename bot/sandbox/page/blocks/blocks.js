/* Slack's blocks. https://docs.slack.dev/reference/block-kit/blocks */

import { Element } from "../elements/element.js";
import { SurfaceContext } from "../elements/surface.js";
import { html } from "../html.js";
import { Markdown } from "../text/markdown.js";
import { Text } from "../text/mrkdwn.js";
import { plain } from "../text/pieces.js";
import { RichText } from "../text/rich_text.js";
import { Actions, Card, Carousel } from "./card.js";
import { Chart } from "./chart.js";
import { DataTable } from "./data_table.js";
import { InputBlock } from "./input_block.js";
import { Picture } from "./picture.js";
import { Table } from "./table.js";

const ALERT_SIGNS = { info: "ℹ", warning: "⚠", error: "✕", success: "✓", default: "ℹ" };

const KINDS = {
  header: ({ block }) => html`<div class="block-header" role="heading" aria-level="3">${plain(block.text)}</div>`,
  divider: () => html`<hr class="divider" />`,
  section: Section,
  context: Context,
  actions: ({ block }) => html`<${Actions} elements=${block.elements} blockId=${block.block_id} />`,
  image: ({ block }) => html`
    ${block.title && html`<div class="image-title">${plain(block.title)}</div>`}
    <${Picture} ...${block} name="image" />`,
  rich_text: ({ block }) => html`<div class="block-text"><${RichText} block=${block} /></div>`,
  table: Table,
  data_table: DataTable,
  data_visualization: Chart,
  markdown: ({ block }) => html`<div class="block-text markdown"><${Markdown} text=${block.text} /></div>`,
  alert: Alert,
  card: ({ block }) => html`<${Card} card=${block} blockId=${block.block_id} />`,
  carousel: Carousel,
  input: InputBlock,
};

/** A list of blocks on a surface; one that is not known is shown as what it is, never left out. */
export const Blocks = ({ blocks, surface }) => html`
  <${SurfaceContext.Provider} value=${surface}>
    ${blocks.map((block, index) => html`
      <div key=${block.block_id ?? index} class="block"><${KINDS[block.type] ?? Unknown} block=${block} /></div>`)}
  <//>`;

const Unknown = ({ block }) => html`
  <details class="block-unknown">
    <summary>A block of type “${block.type}”, which this page does not draw</summary>
    <pre class="pre">${JSON.stringify(block, null, 2)}</pre>
  </details>`;

function Section({ block: { text, fields, accessory, block_id: blockId } }) {
  return html`
    <div class=${accessory ? "block-section with-accessory" : "block-section"}>
      <div class="section-text">
        ${text && html`<div class="block-text"><${Text} text=${text} /></div>`}
        ${fields && html`
          <div class="fields">${fields.map((field) => html`<div class="field"><${Text} text=${field} /></div>`)}</div>`}
      </div>
      ${accessory && html`
        <div class="accessory">
          <${Element} element=${accessory} blockId=${blockId} />
        </div>`}
    </div>`;
}

function Context({ block }) {
  return html`
    <div class="block-context">
      ${block.elements.map((each) =>
        each.type === "image"
          ? html`<${Picture} ...${each} name="context-image" />`
          : html`<span class="context-text"><${Text} text=${each} /></span>`)}
    </div>`;
}

function Alert({ block }) {
  const level = block.level in ALERT_SIGNS ? block.level : "default";
  return html`
    <div class="alert alert-${level}" role="note">
      <span class="alert-sign" aria-hidden="true">${ALERT_SIGNS[level]}</span><div><${Text} text=${block.text} /></div>
    </div>`;
}
