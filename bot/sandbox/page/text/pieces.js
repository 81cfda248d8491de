/* What all kinds of text are made of: mentions, links, emoji, times, code. */

import { beside, html, isSafeUrl } from "../html.js";
import { useDirectory } from "../session.js";
import { formatDate } from "./dates.js";
import { emojiOf, withEmoji } from "./emoji.js";

const NAMES = {
  user: (directory, id) => `@${directory.userName(id)}`,
  channel: (directory, id) => `#${directory.channelName(id)}`,
  group: (directory, id) => `@${directory.groupName(id)}`,
  broadcast: (_directory, id) => `@${id}`,
};

/** A mention's pill; `label` is the name that the text brings, if any. */
export function Mention({ kind, id, label }) {
  const name = NAMES[kind](useDirectory(), id);
  return html`<span class="mention mention-${kind}">${label ? name[0] + label.replace(/^[@#]/, "") : name}</span>`;
}

/** A link that opens beside; text alone where the address is not one to follow. */
export const Link = ({ url, children }) =>
  isSafeUrl(url)
    ? html`<a ...${beside(url)} title=${url}>${children}</a>`
    : html`<span class="dead-link" title=${url}>${children}</span>`;

/** A known emoji, which names itself to a screen reader; another as it is typed. */
export function Emoji({ name }) {
  const picture = emojiOf(name);
  if (!picture) return `:${name}:`;
  const words = name.replaceAll("_", " ");
  return html`<span class="emoji" role="img" aria-label=${words} title=":${name}:">${picture}</span>`;
}

export function Time({ unix, format, fallback, url }) {
  const text = formatDate(unix, format) ?? fallback;
  const time = html`<time title=${fallback || text}>${text}</time>`;
  return url ? html`<${Link} url=${url}>${time}<//>` : time;
}

export const Code = ({ children }) => html`<code class="code">${children}</code>`;

/** A text object as a bare string, for labels and placeholders. */
export function plain(object) {
  const text = typeof object === "string" ? object : (object?.text ?? "");
  return object?.emoji === false ? text : withEmoji(text);
}
