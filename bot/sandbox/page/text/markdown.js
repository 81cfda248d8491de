/* The markdown block: standard Markdown, as far as Slack draws it. Markup in it stays text.
 * https://docs.slack.dev/reference/block-kit/blocks/markdown-block */

import { lexer } from "marked";

import { html } from "../html.js";
import { withEmoji } from "./emoji.js";
import { Code, Link } from "./pieces.js";

const DRAWERS = {
  code: (token) => html`<pre class="pre">${token.text}</pre>`,
  heading: ({ depth, tokens }) =>
    html`<${`h${Math.min(depth + 2, 6)}`} class="md-heading md-heading-${depth}">${draw(tokens)}<//>`,
  hr: () => html`<hr class="divider" />`,
  blockquote: ({ tokens }) => html`<blockquote class="quote">${draw(tokens)}</blockquote>`,
  list: ({ ordered, start, items }) =>
    ordered
      ? html`<ol class="rich-list" start=${start}>${items.map(item)}</ol>`
      : html`<ul class=${items[0].task ? "rich-list md-tasks" : "rich-list"}>${items.map(item)}</ul>`,
  table,
  space: () => html`<div class="md-gap" />`,
  paragraph: ({ tokens }) => html`<p class="md-paragraph">${draw(tokens)}</p>`,
  text: ({ tokens, text }) => (tokens ? draw(tokens) : withEmoji(text)),
  codespan: ({ text }) => html`<${Code}>${text}<//>`,
  strong: ({ tokens }) => html`<strong>${draw(tokens)}</strong>`,
  em: ({ tokens }) => html`<em>${draw(tokens)}</em>`,
  del: ({ tokens }) => html`<s>${draw(tokens)}</s>`,
  link: ({ href, tokens }) => html`<${Link} url=${href}>${draw(tokens)}<//>`,
  image: ({ href, text }) => html`<${Link} url=${href}>${text || href}<//>`,
  br: () => html`<br />`,
  escape: ({ text }) => text,
  checkbox: ({ checked }) => html`<input type="checkbox" checked=${checked} disabled />${" "}`,
};

export const Markdown = ({ text }) => draw(lexer(text, { gfm: true, breaks: true }));

const draw = (tokens) => tokens.map((token) => DRAWERS[token.type]?.(token) ?? token.raw);

const item = ({ tokens }) => html`<li>${draw(tokens)}</li>`;

function table({ header, rows }) {
  return html`
    <div class="table-frame"><table class="table">
      <thead><tr>${header.map((cell) => html`<th scope="col">${draw(cell.tokens)}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${draw(cell.tokens)}</td>`)}</tr>`)}</tbody>
    </table></div>`;
}
