/* Slack's blocks as elements. https://docs.slack.dev/reference/block-kit/blocks
 *
 * Every drawer gets (block, surface). A surface is where blocks stand: a message, the Home tab or a form;
 * see surface.js. It knows the directory, draws elements, and remembers fields. */

import { h, icon } from "./dom.js";
import { plain, textNodes } from "./mrkdwn.js";
import { markdown } from "./markdown.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./table.js";
import { chart } from "./chart.js";
import { fileChip } from "./files.js";
import { inputBlock } from "./inputs.js";
import { picture } from "./pictures.js";

const ALERT_SIGNS = { info: "ℹ", warning: "⚠", error: "✕", success: "✓", default: "ℹ" };

const DRAWERS = {
  header: (block) =>
    h("div", { class: "block-header", role: "heading", "aria-level": "3" }, plain(block.text)),
  divider: () => h("hr", { class: "divider" }),
  section,
  context,
  actions: (block, surface) =>
    h(
      "div",
      { class: "block-actions" },
      block.elements.map((each) => surface.draw(each, block.block_id)),
    ),
  image: imageBlock,
  rich_text: (block, surface) => h("div", { class: "block-text" }, richText(block, surface.directory)),
  table,
  data_table: dataTable,
  data_visualization: chart,
  markdown: (block) => h("div", { class: "block-text markdown" }, markdown(block.text)),
  alert,
  card,
  carousel,
  file: (block) => fileChip({ name: block.external_id ?? block.file_id ?? "File" }),
  input: inputBlock,
};

/** The elements of a list of blocks; one that is not known is shown as what it is, never left out. */
export function drawBlocks(blocks, surface) {
  return (blocks ?? []).map((block) => {
    const node = (DRAWERS[block.type] ?? unknown)(block, surface);
    node.classList.add("block");
    if (block.block_id) node.dataset.block = block.block_id;
    return node;
  });
}

function unknown(block) {
  const source = h("pre", { class: "pre" }, JSON.stringify(block, null, 2));
  return h(
    "details",
    { class: "block-unknown" },
    h("summary", {}, `A block of type “${block.type}”, which this page does not draw`),
    source,
  );
}

function section(block, surface) {
  const texts = [
    block.text && h("div", { class: "block-text" }, textNodes(block.text, surface.directory)),
    block.fields &&
      h(
        "div",
        { class: "fields" },
        block.fields.map((field) => h("div", { class: "field" }, textNodes(field, surface.directory))),
      ),
  ];
  const accessory =
    block.accessory &&
    h(
      "div",
      { class: `accessory accessory-${block.accessory.type}` },
      surface.draw(block.accessory, block.block_id),
    );
  return h(
    "div",
    { class: accessory ? "block-section with-accessory" : "block-section" },
    h("div", { class: "section-text" }, texts),
    accessory,
  );
}

function context(block, surface) {
  const element = (each) =>
    each.type === "image"
      ? picture(each, "context-image")
      : h("span", { class: "context-text" }, textNodes(each, surface.directory));
  return h("div", { class: "block-context" }, block.elements.map(element));
}

function imageBlock(block) {
  const title = block.title && h("div", { class: "image-title" }, plain(block.title));
  return h("div", { class: "block-image" }, title, picture(block, "image"));
}

function alert(block, surface) {
  const level = block.level in ALERT_SIGNS ? block.level : "default";
  const sign = h("span", { class: "alert-sign", "aria-hidden": "true" }, ALERT_SIGNS[level]);
  return h(
    "div",
    { class: `alert alert-${level}`, role: "note" },
    sign,
    h("div", {}, textNodes(block.text, surface.directory)),
  );
}

function card(block, surface) {
  const { directory } = surface;
  const part = (name) =>
    block[name] && h("div", { class: `card-${name}` }, textNodes(block[name], directory));
  const heads = h("div", { class: "card-heads" }, part("title"), part("subtitle"));
  return h(
    "article",
    { class: "card" },
    block.hero_image && picture(block.hero_image, "card-hero"),
    h("div", { class: "card-top" }, block.icon && picture(block.icon, "card-icon"), heads),
    part("body"),
    block.actions?.length &&
      h(
        "div",
        { class: "block-actions" },
        block.actions.map((each) => surface.draw(each, block.block_id)),
      ),
  );
}

function carousel(block, surface) {
  const cards = block.elements.map((each) => card(each, surface));
  const row = h(
    "div",
    { class: "carousel-row", tabIndex: 0, role: "group", "aria-label": `${cards.length} cards` },
    cards,
  );
  const turn = (side, label, by) =>
    h(
      "button",
      {
        type: "button",
        class: `carousel-turn carousel-${side}`,
        "aria-label": label,
        onclick: () => row.scrollBy({ left: by, behavior: "smooth" }),
      },
      icon(side, 16),
    );
  return h(
    "div",
    { class: "carousel" },
    row,
    cards.length > 1 && [turn("left", "Cards before", -260), turn("right", "More cards", 260)],
  );
}
