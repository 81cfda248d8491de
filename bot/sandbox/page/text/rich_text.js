/* Slack's rich_text block: sections, lists, quotes and preformatted text.
 * https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */

import { html } from "../html.js";
import { Code, Emoji, Link, Mention, Time } from "./pieces.js";

const WRAPS = { bold: "strong", italic: "em", strike: "s", underline: "u" };

const LEAVES = {
  text: (it) => it.text,
  link: (it) => html`<${Link} url=${it.url}>${it.text || it.url}<//>`,
  user: (it) => html`<${Mention} kind="user" id=${it.user_id} />`,
  channel: (it) => html`<${Mention} kind="channel" id=${it.channel_id} />`,
  usergroup: (it) => html`<${Mention} kind="group" id=${it.usergroup_id} />`,
  broadcast: (it) => html`<${Mention} kind="broadcast" id=${it.range} />`,
  emoji: (it) => html`<${Emoji} name=${it.name} />`,
  date: ({ timestamp, format = "{date_short}", fallback }) =>
    html`<${Time} unix=${timestamp} format=${format} fallback=${fallback} />`,
  color: (it) => html`<span><i class="swatch" style=${{ "--tint": it.value }} />${it.value}</span>`,
  team: (it) => it.team_id,
};

const PARTS = {
  rich_text_section: (part) => html`<div class="rich-section">${leaves(part)}</div>`,
  rich_text_preformatted: (part) => html`<pre class="pre">${leaves(part)}</pre>`,
  rich_text_quote: (part) => html`<blockquote class="quote rich-quote">${leaves(part)}</blockquote>`,
  rich_text_list: list,
};

export const RichText = ({ block }) => (block.elements ?? []).map((part) => (PARTS[part.type] ?? unknown)(part));

const unknown = (part) => html`<${Code}>${JSON.stringify(part)}<//>`;

const leaves = (part) => (part.elements ?? []).map(leaf);

function leaf(each) {
  let node = (LEAVES[each.type] ?? unknown)(each);
  if (each.style?.code) node = html`<${Code}>${node}<//>`;
  for (const [style, tag] of Object.entries(WRAPS)) if (each.style?.[style]) node = html`<${tag}>${node}<//>`;
  return node;
}

function list({ style, indent = 0, offset = 0, elements = [] }) {
  const items = elements.map((item) => html`<li>${(PARTS[item.type] ?? leaf)(item)}</li>`);
  const look = { class: `rich-list rich-list-${indent % 3}`, style: { "--indent": indent } };
  return style === "ordered"
    ? html`<ol ...${look} start=${offset + 1}>${items}</ol>`
    : html`<ul ...${look}>${items}</ul>`;
}
