/* Slack's mrkdwn as nodes. Outside text only ever becomes text nodes.
 * https://docs.slack.dev/messaging/formatting-message-text */

import { h, isSafeUrl } from "./dom.js";
import { emojiOf, withEmoji } from "./emoji.js";
import { formatDate } from "./dates.js";

const EDGE_BEFORE = /[\s([{"'“‘«\-–—:;,./|*_~>]/;
const EDGE_AFTER = /^[\s)\]}"'”’».,:;!?/|\-–—*_~<]/;
const STYLES = { "*": "strong", _: "em", "~": "s" };
const TOKENS = /<([^<>\n]+)>|`([^`\n]+)`|:([a-z0-9_+-]+):|([*_~])/g;

/** `&amp;`, `&lt;` and `&gt;` undone: the only escapes that Slack knows. */
export const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

/** A whole mrkdwn text: preformatted parts, quotes, bullet lines and paragraphs. */
export function mrkdwn(text, directory) {
  const parts = String(text ?? "").split("```");
  if (parts.length % 2 === 0) parts.splice(-2, 2, parts.slice(-2).join("```")); // one fence was never closed
  return parts.flatMap((part, index) => (index % 2 ? [fenced(part)] : lines(part, directory, index > 0)));
}

const fenced = (text) => h("pre", { class: "pre" }, unescape(text.replace(/^\n|\n$/g, "")));

function lines(text, directory, follows) {
  const all = (follows ? text.replace(/^\n/, "") : text).split("\n");
  return grouped(all).flatMap((group) => paint(group, directory));
}

function grouped(all) {
  const groups = [];
  for (const line of all) {
    const kind = /^(>|&gt;)/.test(line) ? "quote" : /^\s*[•◦▪]\s/.test(line) ? "item" : "line";
    if (kind !== "item" && groups.at(-1)?.kind === kind) groups.at(-1).lines.push(line);
    else groups.push({ kind, lines: [line] });
  }
  return groups;
}

function paint({ kind, lines: own }, directory) {
  if (kind === "quote") {
    const text = own.map((line) => line.replace(/^(>|&gt;) ?/, "")).join("\n");
    return [h("blockquote", { class: "quote" }, broken(text, directory))];
  }
  if (kind === "item") return [bullet(own[0], directory)];
  return broken(own.join("\n"), directory);
}

function bullet(line, directory) {
  const [, indent, sign, rest] = line.match(/^(\s*)([•◦▪])\s+(.*)$/);
  const style = `--indent:${Math.floor(indent.length / 2)}`;
  return h(
    "div",
    { class: "bullet", style },
    h("span", { class: "bullet-sign" }, sign),
    h("span", {}, inline(rest, directory)),
  );
}

function broken(text, directory) {
  return text
    .split("\n")
    .flatMap((line, index) => (index ? [h("br"), ...inline(line, directory)] : inline(line, directory)));
}

/** One line of mrkdwn. */
export function inline(text, directory) {
  const nodes = [];
  let at = 0;
  for (let token = next(text, at); token; token = next(text, at)) {
    const found = read(text, token, directory);
    if (token.index > at) nodes.push(unescape(text.slice(at, token.index)));
    nodes.push(...found.nodes);
    at = found.end;
  }
  if (at < text.length) nodes.push(unescape(text.slice(at)));
  return nodes;
}

function next(text, from) {
  TOKENS.lastIndex = from;
  return TOKENS.exec(text);
}

function read(text, token, directory) {
  const [whole, control, code, emoji, mark] = token;
  const end = token.index + whole.length;
  if (control) return { nodes: [controlNode(control, directory)], end };
  if (code) return { nodes: [h("code", { class: "code" }, unescape(code))], end };
  if (emoji) return { nodes: [emojiNode(emoji) ?? whole], end };
  return styled(text, token.index, mark, directory) ?? { nodes: [mark], end };
}

function styled(text, start, mark, directory) {
  if (start > 0 && !EDGE_BEFORE.test(text[start - 1])) return null;
  const close = closing(text, start, mark);
  if (close < 0) return null;
  const inner = inline(text.slice(start + 1, close), directory);
  return { nodes: [h(STYLES[mark], {}, inner)], end: close + 1 };
}

function closing(text, start, mark) {
  if (/^[\s]/.test(text.slice(start + 1)) || text[start + 1] === mark) return -1;
  for (let at = text.indexOf(mark, start + 2); at > 0; at = text.indexOf(mark, at + 1)) {
    const after = text.slice(at + 1);
    if (!/\s/.test(text[at - 1]) && (after === "" || EDGE_AFTER.test(after))) return at;
  }
  return -1;
}

/** A known emoji as a node that names itself to a screen reader, or null. */
export function emojiNode(name) {
  const picture = emojiOf(name);
  return (
    picture &&
    h(
      "span",
      { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` },
      picture,
    )
  );
}

/** A mention's pill. */
export const mention = (text, kind) => h("span", { class: `mention mention-${kind}` }, text);

/** A link that opens beside; text alone where the address is not one to follow. */
export function link(url, label) {
  if (!isSafeUrl(url)) return h("span", { class: "dead-link", title: url }, label);
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", title: url }, label);
}

function controlNode(control, directory) {
  const [target, label] = halves(control);
  if (target[0] === "@") return mention(`@${label || directory.userName(target.slice(1))}`, "user");
  if (target[0] === "#") return mention(`#${label || directory.channelName(target.slice(1))}`, "channel");
  if (target[0] === "!") return special(target.slice(1), label, directory);
  // No link that anybody should follow: shown as it is written.
  if (!isSafeUrl(target)) return unescape(`<${control}>`);
  return link(unescape(target), unescape(label || target.replace(/^mailto:/, "")));
}

function special(target, label, directory) {
  const [name, ...rest] = target.split("^");
  if (["here", "channel", "everyone"].includes(name)) return mention(`@${name}`, "broadcast");
  if (name === "subteam")
    return mention(`@${label?.replace(/^@/, "") || directory.groupName(rest[0])}`, "user");
  if (name === "date") return dateNode(rest, unescape(label));
  return unescape(label || `<!${target}>`);
}

function dateNode([unix, format, url], fallback) {
  const text = formatDate(unix, format ?? "") ?? fallback;
  const time = h("time", { title: fallback || text }, text);
  return url ? link(url, time) : time;
}

function halves(control) {
  const at = control.indexOf("|");
  return at < 0 ? [control, ""] : [control.slice(0, at), control.slice(at + 1)];
}

/** A text object of Slack's: plain_text keeps its lines, mrkdwn is drawn. */
export function textNodes(object, directory) {
  if (!object) return [];
  if (typeof object === "string") return [object];
  if (object.type === "mrkdwn") return mrkdwn(object.text, directory);
  return [object.emoji === false ? object.text : withEmoji(object.text)];
}

/** A text object as a bare string, for labels and placeholders. */
export function plain(object) {
  const text = typeof object === "string" ? object : (object?.text ?? "");
  return object?.emoji === false ? text : withEmoji(text);
}
