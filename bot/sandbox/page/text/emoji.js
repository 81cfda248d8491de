/* Slack's short names of emoji. An unknown name stays as it is typed. */

import codes from "../vendor/emoji.json" with { type: "json" };

const BY_NAME = new Map(Object.entries(codes).flatMap(([code, names]) => [names].flat().map((name) => [name, code])));

/** The picture for a short name without its colons, or null. A skin tone is left out. */
export function emojiOf(name) {
  const code = BY_NAME.get(name);
  if (!code) return null;
  const picture = String.fromCodePoint(...code.split("-").map((each) => parseInt(each, 16)));
  return code.includes("-") ? picture : `${picture}\uFE0F`; // a picture, where the font has a letter, too
}

/** Text with every known :name: replaced. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):(?::skin-tone-\d:)?/g, (whole, name) => emojiOf(name) ?? whole);
}
