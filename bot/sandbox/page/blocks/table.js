/* Slack's `table` block, and what its cells share with those of a data table.
 * https://docs.slack.dev/reference/block-kit/blocks/table-block */

import { Element } from "../elements/element.js";
import { html } from "../html.js";
import { withEmoji } from "../text/emoji.js";
import { RichText } from "../text/rich_text.js";

const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** The block's first row is its head. */
export function Table({ block: { rows, column_settings: columns = [] } }) {
  const [head, ...body] = rows.map((row) => row.map((cell, index) => ({ cell, look: lookOf(columns[index]) })));
  return html`
    <${TableFrame}>
      <thead><tr>${head.map(({ cell, look }) => html`<th class=${look}><${Cell} cell=${cell} /></th>`)}</tr></thead>
      <tbody>${body.map((row) => html`
        <tr>${row.map(({ cell, look }) => html`<td class=${look}><${Cell} cell=${cell} /></td>`)}</tr>`)}
      </tbody>
    <//>`;
}

const lookOf = (column) => `align-${column?.align ?? "left"}${column?.is_wrapped ? " wrapped" : ""}`;

export const TableFrame = ({ children }) =>
  html`<div class="table-frame" tabindex="0" role="group"><table class="table">${children}</table></div>`;

export function Cell({ cell }) {
  if (cell.type === "rich_text") return html`<${RichText} block=${cell} />`;
  if (cell.type === "raw_number") return cell.text ?? NUMBER.format(cell.value);
  if (cell.type === "raw_text") return withEmoji(cell.text ?? "");
  return html`<${Element} element=${cell.element ?? cell.button ?? cell} blockId=${cell.block_id} />`;
}
