/* Slack's `data_table` block, which sorts by a click and turns pages.
 * https://docs.slack.dev/reference/block-kit/blocks/data-table-block */

import { html, useState } from "../html.js";
import { Icon } from "../icon.js";
import { Cell, TableFrame } from "./table.js";

const PAGE_SIZE = 5; // Slack's own, where page_size is left out

export function DataTable({ block }) {
  const [head, ...rows] = block.rows;
  const [sort, setSort] = useState(null); // {column, isDown}
  const [page, setPage] = useState(0);
  const size = block.page_size ?? PAGE_SIZE;
  const from = Math.min(page, Math.floor((rows.length - 1) / size)) * size;
  const isNumber = head.map((_, column) => rows.every((row) => row[column]?.type === "raw_number"));
  const sortBy = (column) => {
    setSort({ column, isDown: sort?.column === column ? !sort.isDown : isNumber[column] });
    setPage(0);
  };
  const named = block.row_header_column_index ?? 0;
  const shown = sorted(rows, sort, isNumber).slice(from, from + size);
  return html`
    <div class="data-table">
      <${TableFrame}>
        <caption class="table-caption">${block.caption}</caption>
        <thead><tr>${head.map((cell, column) => html`
          <${Head} words=${wordsOf(cell)} isNumber=${isNumber[column]} onSort=${() => sortBy(column)}
            order=${sort?.column === column ? (sort.isDown ? "descending" : "ascending") : "none"} />`)}
        </tr></thead>
        <tbody>${shown.map((row) => html`<${Row} row=${row} named=${named} isNumber=${isNumber} />`)}</tbody>
      <//>
      <${Foot} from=${from} size=${size} total=${rows.length} turn=${(by) => setPage(from / size + by)} />
    </div>`;
}

const align = (isNumber) => (isNumber ? "align-right" : "align-left");

const Head = ({ words, isNumber, order, onSort }) => html`
  <th scope="col" class=${align(isNumber)} aria-sort=${order}>
    <button type="button" class="sort" onClick=${onSort}>
      <span>${words}</span>
      <span class="sort-arrow" aria-hidden="true">${{ descending: "▼", ascending: "▲" }[order]}</span>
    </button>
  </th>`;

const Row = ({ row, named, isNumber }) => html`
  <tr>${row.map((cell, column) =>
    column === named
      ? html`<th scope="row" class=${align(isNumber[column])}><${Cell} cell=${cell} /></th>`
      : html`<td class=${align(isNumber[column])}><${Cell} cell=${cell} /></td>`)}
  </tr>`;

function Foot({ from, size, total, turn }) {
  const until = Math.min(from + size, total);
  const isWhole = total <= size;
  const words = isWhole ? `${total} row${total === 1 ? "" : "s"}` : `${from + 1}–${until} of ${total} rows`;
  return html`
    <div class="table-foot">
      <span class="table-count">${words}</span>
      ${!isWhole && html`
        <${Turn} side="left" label="Previous page" isEnd=${from === 0} onTurn=${() => turn(-1)} />
        <${Turn} side="right" label="Next page" isEnd=${until === total} onTurn=${() => turn(1)} />`}
    </div>`;
}

// Not `disabled` at the end: the button would lose the focus.
const Turn = ({ side, label, isEnd, onTurn }) => html`
  <button type="button" class="turn" aria-label=${label} aria-disabled=${isEnd} onClick=${() => isEnd || onTurn()}>
    <${Icon} name=${side} size=${14} />
  </button>`;

function sorted(rows, sort, isNumber) {
  if (!sort) return rows;
  const { column, isDown } = sort;
  const order = isNumber[column]
    ? (a, b) => a[column].value - b[column].value
    : (a, b) => wordsOf(a[column]).localeCompare(wordsOf(b[column]), "en", { sensitivity: "base", numeric: true });
  return rows.toSorted((a, b) => (isDown ? order(b, a) : order(a, b)));
}

function wordsOf(cell) {
  if (cell.type === "rich_text") return joined(cell.elements);
  return String(cell.text?.text ?? cell.text ?? cell.value ?? "");
}

const joined = (elements = []) => elements.map((each) => each.text ?? each.name ?? joined(each.elements)).join("");
