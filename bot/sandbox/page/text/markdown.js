/* The markdown block: standard Markdown, as far as Slack draws it.
 * https://docs.slack.dev/reference/block-kit/blocks/markdown-block */

import { html } from "../html.js";
import { broken, Code, Emoji, Link, runsOf } from "./pieces.js";

const INLINE =
  /\\([\\`*_{}[\]()#+\-.!~>|])|`([^`]+)`|\*\*(.+?)\*\*|__(.+?)__|~~(.+?)~~|\*([^*\s][^*]*?)\*|\b_([^_\s][^_]*?)_\b|!?\[([^\]]*)\]\(([^)\s]+)\)|:([a-z0-9_+-]+):/g;

const KINDS = [
  ["heading", /^#{1,6}\s/],
  ["rule", /^(?:-{3,}|\*{3,}|_{3,})\s*$/],
  ["quote", /^>\s?/],
  ["task", /^\s*[-*+]\s+\[([ xX])\]\s/],
  ["bullets", /^(\s*)[-*+]\s+/],
  ["numbers", /^(\s*)\d+[.)]\s+/],
  ["table", /^\s*\|.*\|\s*$/],
  ["blank", /^\s*$/],
];
const PATTERNS = Object.fromEntries(KINDS);

const DRAWERS = {
  fence: (lines) => html`<pre class="pre">${lines.slice(1).join("\n")}</pre>`,
  heading: ([line]) => heading(line.match(/^(#+)\s+(.*?)\s*#*$/)),
  rule: () => html`<hr class="divider" />`,
  quote: (lines) => html`<blockquote class="quote">${broken(lines.map(bare("quote")), inline)}</blockquote>`,
  task: (lines) => html`<ul class="rich-list md-tasks">${lines.map(task)}</ul>`,
  bullets: (lines) => html`<ul class="rich-list">${lines.map(item("bullets"))}</ul>`,
  numbers: (lines) => html`<ol class="rich-list" start=${parseInt(lines[0], 10)}>${lines.map(item("numbers"))}</ol>`,
  table,
  blank: () => html`<div class="md-gap" />`,
  paragraph: (lines) => html`<p class="md-paragraph">${broken(lines, inline)}</p>`,
};

export const Markdown = ({ text }) =>
  runsOf(text.split("\n"), kinds(), (kind) => !["heading", "end"].includes(kind)).map(
    ({ kind, lines }) => DRAWERS[kind]?.(lines),
  );

/** Says the kind of one line after the other: what stands between two fences belongs to the first. */
function kinds() {
  let fenced = false;
  return (line) => {
    if (/^```/.test(line)) fenced = !fenced;
    else if (!fenced) return KINDS.find(([, pattern]) => pattern.test(line))?.[0] ?? "paragraph";
    return fenced ? "fence" : "end";
  };
}

const bare = (kind) => (line) => line.replace(PATTERNS[kind], "");

const heading = ([, marks, text]) =>
  html`<${`h${Math.min(marks.length + 2, 6)}`} class="md-heading md-heading-${marks.length}">${inline(text)}<//>`;

const item = (kind) => (line) => {
  const depth = Math.floor(line.match(PATTERNS[kind])[1].length / 2);
  return html`<li style=${{ marginLeft: `${depth * 24}px` }}>${inline(bare(kind)(line))}</li>`;
};

function task(line) {
  const isDone = line.match(PATTERNS.task)[1] !== " ";
  return html`<li><input type="checkbox" checked=${isDone} disabled /> ${inline(bare("task")(line))}</li>`;
}

function table(lines) {
  const cells = (line) => line.trim().slice(1, -1).split("|").map((cell) => cell.trim());
  const [head, ...rows] = lines.map(cells).filter((row) => !row.every((cell) => /^:?-+:?$/.test(cell)));
  return html`
    <div class="table-frame"><table class="table">
      <thead><tr>${head.map((cell) => html`<th scope="col">${inline(cell)}</th>`)}</tr></thead>
      <tbody>${rows.map((row) => html`<tr>${row.map((cell) => html`<td>${inline(cell)}</td>`)}</tr>`)}</tbody>
    </table></div>`;
}

function inline(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(text.slice(at, match.index), piece(match));
    at = match.index + match[0].length;
  }
  return [...nodes, text.slice(at)];
}

function piece([, literal, code, bold, bold2, strike, italic, italic2, label, url, emoji]) {
  if (literal) return literal;
  if (code) return html`<${Code}>${code}<//>`;
  if (bold || bold2) return html`<strong>${inline(bold || bold2)}</strong>`;
  if (strike) return html`<s>${inline(strike)}</s>`;
  if (italic || italic2) return html`<em>${inline(italic || italic2)}</em>`;
  if (url) return html`<${Link} url=${url}>${label || url}<//>`;
  return html`<${Emoji} name=${emoji} />`;
}
