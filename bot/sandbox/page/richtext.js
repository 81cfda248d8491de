/* Slack's rich_text block: sections, lists, quotes and preformatted text.
 * https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */

import { h } from "./dom.js";
import { formatDate } from "./dates.js";
import { emojiNode, link, mention } from "./mrkdwn.js";

const WRAPS = { bold: "strong", italic: "em", strike: "s", underline: "u" };

const LEAVES = {
  text: (leaf) => leaf.text,
  link: (leaf) => link(leaf.url, leaf.text || leaf.url),
  user: (leaf, directory) => mention(`@${directory.userName(leaf.user_id)}`, "user"),
  channel: (leaf, directory) => mention(`#${directory.channelName(leaf.channel_id)}`, "channel"),
  usergroup: (leaf, directory) => mention(`@${directory.groupName(leaf.usergroup_id)}`, "user"),
  broadcast: (leaf) => mention(`@${leaf.range}`, "broadcast"),
  emoji: (leaf) => emojiNode(leaf.name) ?? `:${leaf.name}:`,
  date: (leaf) =>
    h(
      "time",
      { title: leaf.fallback },
      formatDate(leaf.timestamp, leaf.format ?? "{date_short}") ?? leaf.fallback,
    ),
  color: (leaf) => h("span", {}, h("i", { class: "swatch", style: `--tint:${leaf.value}` }), leaf.value),
  team: (leaf) => leaf.team_id,
};

const PARTS = {
  rich_text_section: (part, directory) => h("div", { class: "rich-section" }, leaves(part, directory)),
  rich_text_preformatted: (part, directory) => h("pre", { class: "pre" }, leaves(part, directory)),
  rich_text_quote: (part, directory) => h("blockquote", { class: "quote rich-quote" }, leaves(part, directory)),
  rich_text_list: list,
};

/** The nodes of a rich_text block. */
export function richText(block, directory) {
  return (block.elements ?? []).map((part) => PARTS[part.type]?.(part, directory) ?? unknown(part));
}

const unknown = (part) => h("code", { class: "code" }, JSON.stringify(part));

const leaves = (part, directory) => (part.elements ?? []).map((each) => leaf(each, directory));

function leaf(each, directory) {
  let node = LEAVES[each.type]?.(each, directory) ?? unknown(each);
  if (each.style?.code) node = h("code", { class: "code" }, node);
  for (const [style, tag] of Object.entries(WRAPS)) if (each.style?.[style]) node = h(tag, {}, node);
  return node;
}

function list(part, directory) {
  const ordered = part.style === "ordered";
  const attributes = {
    class: `rich-list rich-list-${(part.indent ?? 0) % 3}`,
    style: `--indent:${part.indent ?? 0}`,
    start: ordered && part.offset ? part.offset + 1 : null,
  };
  const items = (part.elements ?? []).map((item) =>
    h("li", {}, PARTS[item.type]?.(item, directory) ?? leaf(item, directory)),
  );
  return h(ordered ? "ol" : "ul", attributes, items);
}
