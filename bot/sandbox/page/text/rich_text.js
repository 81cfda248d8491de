/* Slack's rich_text block: sections, lists, quotes and preformatted text.
 * https://docs.slack.dev/reference/block-kit/blocks/rich-text-block */

import { html } from "../html.js";
import { Code, Emoji, Link, Mention, Time } from "./pieces.js";

const WRAPS = { bold: "strong", italic: "em", strike: "s", underline: "u" };

const LEAVES = {
  text: (leaf) => leaf.text,
  link: (leaf) => html`<${Link} url=${leaf.url}>${leaf.text || leaf.url}<//>`,
  user: (leaf) => html`<${Mention} kind="user" id=${leaf.user_id} />`,
  channel: (leaf) => html`<${Mention} kind="channel" id=${leaf.channel_id} />`,
  usergroup: (leaf) => html`<${Mention} kind="group" id=${leaf.usergroup_id} />`,
  broadcast: (leaf) => html`<${Mention} kind="broadcast" id=${leaf.range} />`,
  emoji: (leaf) => html`<${Emoji} name=${leaf.name} />`,
  date: ({ timestamp, format = "{date_short}", fallback }) =>
    html`<${Time} unix=${timestamp} format=${format} fallback=${fallback} />`,
  color: (leaf) => html`<span><i class="swatch" style=${{ "--tint": leaf.value }} />${leaf.value}</span>`,
  team: (leaf) => leaf.team_id,
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
