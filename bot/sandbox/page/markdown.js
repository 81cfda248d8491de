/* The markdown block: standard Markdown, as far as Slack draws it.
 * https://docs.slack.dev/reference/block-kit/blocks/markdown-block */

import { h } from "./dom.js";
import { emojiNode, link } from "./mrkdwn.js";

const INLINE =
  /\\([\\`*_{}[\]()#+\-.!~>|])|`([^`]+)`|\*\*(.+?)\*\*|__(.+?)__|~~(.+?)~~|\*([^*\s][^*]*?)\*|\b_([^_\s][^_]*?)_\b|!?\[([^\]]*)\]\(([^)\s]+)\)|:([a-z0-9_+-]+):/g;

const KINDS = [
  ["fence", /^```/],
  ["heading", /^#{1,6}\s/],
  ["rule", /^(?:-{3,}|\*{3,}|_{3,})\s*$/],
  ["quote", /^>/],
  ["task", /^\s*[-*+]\s+\[[ xX]\]\s/],
  ["bullets", /^\s*[-*+]\s/],
  ["numbers", /^\s*\d+[.)]\s/],
  ["table", /^\s*\|.*\|\s*$/],
  ["blank", /^\s*$/],
];

/** The nodes of a Markdown text. */
export function markdown(text) {
  return groups(text.split("\n")).map(({ kind, lines }) => PAINT[kind](lines));
}

const kindOf = (line) => KINDS.find(([, pattern]) => pattern.test(line))?.[0] ?? "paragraph";

function groups(lines) {
  const found = [];
  let fenced = false;
  for (const line of lines) {
    const kind = fenced ? "fence" : kindOf(line);
    const joins = found.at(-1)?.kind === kind && kind !== "heading" && !(kind === "fence" && !fenced);
    if (joins) found.at(-1).lines.push(line);
    else found.push({ kind, lines: [line] });
    if (/^```/.test(line)) fenced = !fenced;
  }
  return found;
}

const PAINT = {
  fence: (lines) => h("pre", { class: "pre" }, lines.filter((line) => !/^```/.test(line)).join("\n")),
  heading: ([line]) => heading(line.match(/^(#+)\s+(.*?)\s*#*$/)),
  rule: () => h("hr", { class: "divider" }),
  quote: (lines) =>
    h("blockquote", { class: "quote" }, inlines(lines.map((line) => line.replace(/^>\s?/, "")))),
  task: (lines) => h("ul", { class: "rich-list md-tasks" }, lines.map(task)),
  bullets: (lines) =>
    h(
      "ul",
      { class: "rich-list" },
      lines.map((line) => item(line, /^(\s*)[-*+]\s+/)),
    ),
  numbers: (lines) =>
    h(
      "ol",
      { class: "rich-list", start: parseInt(lines[0], 10) },
      lines.map((line) => item(line, /^(\s*)\d+[.)]\s+/)),
    ),
  table,
  blank: () => h("div", { class: "md-gap" }),
  paragraph: (lines) => h("p", { class: "md-paragraph" }, inlines(lines)),
};

const heading = (match) =>
  h(
    `h${Math.min(match[1].length + 2, 6)}`,
    { class: `md-heading md-heading-${match[1].length}` },
    inline(match[2]),
  );

function item(line, pattern) {
  const depth = Math.floor(line.match(pattern)[1].length / 2);
  return h("li", { style: depth ? `margin-left:${depth * 24}px` : null }, inline(line.replace(pattern, "")));
}

function task(line) {
  const [, mark, rest] = line.match(/\[([ xX])\]\s(.*)$/);
  return h(
    "li",
    {},
    h("input", { type: "checkbox", checked: mark !== " ", disabled: true }),
    " ",
    inline(rest),
  );
}

function table(lines) {
  const rows = lines.map((line) =>
    line
      .trim()
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
  const body = rows.slice(1).filter((row) => !row.every((cell) => /^:?-+:?$/.test(cell)));
  const head = h(
    "tr",
    {},
    rows[0].map((cell) => h("th", { scope: "col" }, inline(cell))),
  );
  const cells = body.map((row) =>
    h(
      "tr",
      {},
      row.map((cell) => h("td", {}, inline(cell))),
    ),
  );
  return h(
    "div",
    { class: "table-frame" },
    h("table", { class: "table" }, h("thead", {}, head), h("tbody", {}, cells)),
  );
}

const inlines = (lines) =>
  lines.flatMap((line, index) => (index ? [h("br"), ...inline(line)] : inline(line)));

function inline(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    nodes.push(text.slice(at, match.index), piece(match));
    at = match.index + match[0].length;
  }
  nodes.push(text.slice(at));
  return nodes;
}

function piece([whole, literal, code, bold, bold2, strike, italic, italic2, label, url, emoji]) {
  if (literal) return literal;
  if (code) return h("code", { class: "code" }, code);
  if (bold || bold2) return h("strong", {}, inline(bold || bold2));
  if (strike) return h("s", {}, inline(strike));
  if (italic || italic2) return h("em", {}, inline(italic || italic2));
  if (url) return link(url, label || url);
  return emojiNode(emoji) ?? whole;
}
