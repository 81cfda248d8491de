/* Slack's two tables: `table`, and `data_table`, which sorts by a click and turns pages.
 * https://docs.slack.dev/reference/block-kit/blocks/table-block
 * https://docs.slack.dev/reference/block-kit/blocks/data-table-block */

import { h, icon } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { richText } from "./richtext.js";

const PAGE_SIZE = 5; // Slack's own, where page_size is left out
const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 2 });

/** The `table` block: its first row is the head. */
export function table(block, surface) {
  const [head, ...rows] = block.rows;
  const style = (index) => columnStyle(block.column_settings?.[index]);
  const cells = (row, tag) =>
    row.map((cell, index) => h(tag, { class: style(index) }, cellNodes(cell, surface)));
  const body = rows.map((row) => h("tr", {}, cells(row, "td")));
  return frame(
    h("table", { class: "table" }, h("thead", {}, h("tr", {}, cells(head, "th"))), h("tbody", {}, body)),
  );
}

const frame = (inner) => h("div", { class: "table-frame", tabIndex: 0, role: "group" }, inner);

function columnStyle(settings) {
  return `align-${settings?.align ?? "left"}${settings?.is_wrapped ? " wrapped" : ""}`;
}

function cellNodes(cell, surface) {
  if (cell.type === "rich_text") return richText(cell, surface.directory);
  if (cell.type === "raw_number") return cell.text ?? NUMBER.format(cell.value);
  if (cell.type === "raw_text") return withEmoji(cell.text ?? "");
  return surface.draw(cell.element ?? cell.button ?? cell, cell.block_id);
}

function cellWords(cell) {
  if (cell.type === "rich_text") return words(cell.elements);
  return String(cell.text?.text ?? cell.text ?? cell.value ?? "");
}

const words = (elements = []) =>
  elements.map((each) => each.text ?? each.name ?? words(each.elements)).join("");

/** The `data_table` block. */
export function dataTable(block, surface) {
  const table_ = new DataTable(block, surface);
  return table_.node;
}

class DataTable {
  constructor(block, surface) {
    this.block = block;
    this.surface = surface;
    [this.head, ...this.rows] = block.rows;
    this.size = block.page_size ?? PAGE_SIZE;
    this.page = 0;
    this.sort = null;
    this.numeric = this.head.map((_, column) => this.rows.every((row) => row[column]?.type === "raw_number"));
    this.body = h("tbody");
    this.buttons = this.head.map((cell, column) => this.headButton(cell, column));
    this.foot = h("div", { class: "table-foot" });
    this.node = h("div", { class: "data-table" }, frame(this.table()), this.foot);
    this.redraw();
  }

  table() {
    const heads = this.buttons.map((button, column) =>
      h("th", { scope: "col", class: this.numeric[column] ? "align-right" : "align-left" }, button),
    );
    const caption = h("caption", { class: "table-caption" }, this.block.caption);
    return h("table", { class: "table" }, caption, h("thead", {}, h("tr", {}, heads)), this.body);
  }

  headButton(cell, column) {
    const arrow = h("span", { class: "sort-arrow", "aria-hidden": "true" });
    return h(
      "button",
      { type: "button", class: "sort", onclick: () => this.sortBy(column) },
      h("span", {}, cellWords(cell)),
      arrow,
    );
  }

  sortBy(column) {
    const down = this.sort?.column === column ? !this.sort.down : this.numeric[column];
    this.sort = { column, down };
    this.page = 0;
    this.redraw();
  }

  sorted() {
    if (!this.sort) return this.rows;
    const { column, down } = this.sort;
    const numeric = this.numeric[column];
    const order = (a, b) =>
      numeric ? a[column].value - b[column].value : compareWords(a[column], b[column]);
    return this.rows.toSorted((a, b) => (down ? order(b, a) : order(a, b)));
  }

  redraw() {
    const from = this.page * this.size;
    this.body.replaceChildren(
      ...this.sorted()
        .slice(from, from + this.size)
        .map((row) => this.row(row)),
    );
    this.head.forEach((_, column) => this.markHead(column));
    this.foot.replaceChildren(...this.footer(from));
  }

  row(row) {
    const named = this.block.row_header_column_index ?? 0;
    const cell = (each, column) => {
      const attributes = {
        class: this.numeric[column] ? "align-right" : "align-left",
        scope: column === named ? "row" : null,
      };
      return h(column === named ? "th" : "td", attributes, cellNodes(each, this.surface));
    };
    return h("tr", {}, row.map(cell));
  }

  markHead(column) {
    const active = this.sort?.column === column;
    const head = this.buttons[column].parentElement;
    head.setAttribute("aria-sort", active ? (this.sort.down ? "descending" : "ascending") : "none");
    this.buttons[column].lastChild.textContent = active ? (this.sort.down ? "▼" : "▲") : "";
  }

  footer(from) {
    const total = this.rows.length;
    const until = Math.min(from + this.size, total);
    const count = h(
      "span",
      { class: "table-count" },
      total > this.size ? `${from + 1}–${until} of ${total} rows` : `${total} row${total === 1 ? "" : "s"}`,
    );
    if (total <= this.size) return [count];
    return [
      count,
      this.turn("left", "Previous page", -1, this.page === 0),
      this.turn("right", "Next page", 1, until >= total),
    ];
  }

  turn(side, label, step, disabled) {
    const onclick = () => {
      this.page += step;
      this.redraw();
      const same = this.foot.querySelector(`[aria-label="${label}"]`);
      (same.disabled ? this.foot.querySelector("button:not(:disabled)") : same)?.focus();
    };
    return h(
      "button",
      { type: "button", class: "turn", "aria-label": label, disabled, onclick },
      icon(side, 14),
    );
  }
}

const compareWords = (a, b) =>
  cellWords(a).localeCompare(cellWords(b), "en", { sensitivity: "base", numeric: true });
