/* Slack's mrkdwn. https://docs.slack.dev/messaging/formatting-message-text */

import { html, isSafeUrl } from "../html.js";
import { Code, Emoji, Link, Mention, plain, Time } from "./pieces.js";

const EDGE_BEFORE = /[\s([{"'“‘«\-–—:;,./|*_~>]/;
const EDGE_AFTER = /^[\s)\]}"'”’».,:;!?/|\-–—*_~<]/;
const STYLES = { "*": "strong", _: "em", "~": "s" };
const TOKENS = /<([^<>\n]+)>|`([^`\n]+)`|:([a-z0-9_+-]+):|([*_~])/g;
const QUOTE = /^(>|&gt;) ?/;
const BULLET = /^(\s*)([•◦▪])\s+(.*)$/;

/** A text object of Slack's: plain_text keeps its lines, mrkdwn is drawn. */
export const Text = ({ text }) => (text?.type === "mrkdwn" ? html`<${Mrkdwn} text=${text.text} />` : plain(text));

/** A whole mrkdwn text: preformatted parts, quotes, bullet lines and paragraphs. */
export function Mrkdwn({ text }) {
  const parts = String(text ?? "").split("```");
  if (parts.length % 2 === 0) parts.splice(-2, 2, parts.slice(-2).join("```")); // one fence was never closed
  return parts.map((part, index) =>
    index % 2 ? html`<pre class="pre">${unescape(part.replace(/^\n|\n$/g, ""))}</pre>` : lines(part, index > 0),
  );
}

/** `&amp;`, `&lt;` and `&gt;` undone: the only escapes that Slack knows. */
const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

const kindOf = (line) => (QUOTE.test(line) ? "quote" : BULLET.test(line) ? "bullet" : "line");

const DRAWERS = {
  quote: (own) => html`<blockquote class="quote">${broken(own.map((line) => line.replace(QUOTE, "")))}</blockquote>`,
  bullet: (own) => own.map((line) => bullet(line.match(BULLET))),
  line: broken,
};

function lines(text, follows) {
  const runs = []; // of lines of the same kind
  for (const line of (follows ? text.replace(/^\n/, "") : text).split("\n")) {
    const kind = kindOf(line);
    if (runs.at(-1)?.kind === kind) runs.at(-1).own.push(line);
    else runs.push({ kind, own: [line] });
  }
  return runs.map(({ kind, own }) => DRAWERS[kind](own));
}

/** The lines with a break between each two. */
function broken(all) {
  return all.map((line, index) => [index > 0 && html`<br />`, inline(line)]);
}

const bullet = ([, indent, sign, rest]) => html`
  <div class="bullet" style=${{ "--indent": Math.floor(indent.length / 2) }}>
    <span class="bullet-sign">${sign}</span><span>${inline(rest)}</span>
  </div>`;

/** One line of mrkdwn. */
function inline(text) {
  const nodes = [];
  let at = 0;
  for (const token of text.matchAll(TOKENS)) {
    if (token.index < at) continue; // it is inside of what was read
    const { node, end } = read(text, token);
    nodes.push(unescape(text.slice(at, token.index)), node);
    at = end;
  }
  return [...nodes, unescape(text.slice(at))];
}

function read(text, token) {
  const [whole, control, code, emoji, mark] = token;
  const end = token.index + whole.length;
  if (control) return { node: controlNode(control), end };
  if (code) return { node: html`<${Code}>${unescape(code)}<//>`, end };
  if (emoji) return { node: html`<${Emoji} name=${emoji} />`, end };
  const close = closing(text, token.index, mark);
  if (close < 0) return { node: mark, end };
  return { node: html`<${STYLES[mark]}>${inline(text.slice(token.index + 1, close))}<//>`, end: close + 1 };
}

/** Where the style ends that `mark` begins at `start`; -1 where it is only a character. */
function closing(text, start, mark) {
  if (start > 0 && !EDGE_BEFORE.test(text[start - 1])) return -1;
  if (/\s/.test(text[start + 1] ?? "") || text[start + 1] === mark) return -1;
  for (let at = text.indexOf(mark, start + 2); at > 0; at = text.indexOf(mark, at + 1)) {
    const after = text.slice(at + 1);
    if (!/\s/.test(text[at - 1]) && (after === "" || EDGE_AFTER.test(after))) return at;
  }
  return -1;
}

/** What stands in <…>: a mention, a command to Slack, or a link. */
function controlNode(control) {
  const [, target, label = ""] = control.match(/^([^|]*)\|?(.*)$/s);
  const kind = { "@": "user", "#": "channel" }[target[0]];
  if (kind) return html`<${Mention} kind=${kind} id=${target.slice(1)} label=${label} />`;
  if (target[0] === "!") return special(target.slice(1), label);
  if (!isSafeUrl(target)) return unescape(`<${control}>`);
  return html`<${Link} url=${unescape(target)}>${unescape(label || target.replace(/^mailto:/, ""))}<//>`;
}

function special(target, label) {
  const [name, ...rest] = target.split("^");
  if (["here", "channel", "everyone"].includes(name)) return html`<${Mention} kind="broadcast" id=${name} />`;
  if (name === "subteam") return html`<${Mention} kind="group" id=${rest[0]} label=${label} />`;
  const [unix, format = "", url] = rest;
  if (name === "date") return html`<${Time} unix=${unix} format=${format} fallback=${unescape(label)} url=${url} />`;
  return unescape(label || `<!${target}>`);
}
