/* The middle of the page: the head of a channel, of the app's messages or of its Home tab, and what stands
 * in them. */

import { avatar } from "./directory.js";
import { h, icon } from "./dom.js";
import { Surface } from "./surface.js";

const TOPICS = {
  segments: "Customer segments of the store: ask here",
  approvals: "Changes that wait for a second person",
  random: "Segment Bot is not in this channel",
};

/** The name of a place as one would say it. */
export function placeName(place, directory) {
  return place.startsWith("#") ? place : directory.bot.real_name;
}

/** The head of a place; the app's two places are tabs. `go(place)` changes it. */
export function placeHead(place, directory, go) {
  if (place.startsWith("#"))
    return [channelTitle(place), h("span", { class: "topic" }, TOPICS[place.slice(1)] ?? "")];
  const tab = (target, words) =>
    h(
      "button",
      {
        type: "button",
        role: "tab",
        class: "tab",
        "aria-selected": String(place === target),
        onclick: () => go(target),
      },
      words,
    );
  const title = h(
    "h1",
    { class: "place-title" },
    avatar(directory.bot, 24),
    directory.bot.real_name,
    h("span", { class: "app-badge" }, "APP"),
  );
  return [
    title,
    h(
      "div",
      { class: "tabs", role: "tablist", "aria-label": "App" },
      tab("home", "Home"),
      tab("dm", "Messages"),
    ),
  ];
}

const channelTitle = (place) => h("h1", { class: "place-title" }, icon("hash", 18), place.slice(1));

/** What stands above the first message of a place. */
export function intro(place, directory) {
  const isChannel = place.startsWith("#");
  const picture = isChannel
    ? h("span", { class: "intro-sign" }, icon("hash", 28))
    : avatar(directory.bot, 52);
  const words = isChannel
    ? [
        `This is the very beginning of the `,
        h("b", {}, place),
        ` channel. Type `,
        h("kbd", {}, "/"),
        ` below to see what Segment Bot can do.`,
      ]
    : [
        `This is your conversation with `,
        h("b", {}, directory.bot.real_name),
        `, which only you two can see.`,
      ];
  return h(
    "div",
    { class: "intro" },
    picture,
    h("h2", {}, isChannel ? place : directory.bot.real_name),
    h("p", {}, words),
  );
}

/** The Home tab: only what has changed in it is drawn again. */
export class HomeTab {
  constructor({ scroller, directory, post }) {
    Object.assign(this, { scroller, directory, post, node: null });
  }

  show(view) {
    if (!this.node?.isConnected) this.begin();
    this.empty.hidden = Boolean(view);
    this.surface.show(this.blocks, view?.blocks ?? []);
  }

  begin() {
    const press = (body) => this.post("press", body);
    const suggest = (body) => this.post("suggest", body);
    const { directory } = this;
    this.surface = new Surface({ kind: "home", directory, address: { channel: "home" }, press, suggest });
    this.blocks = h("div");
    this.empty = h("p", { class: "home-empty" }, "The app has not published its Home tab yet.");
    this.node = h("div", { class: "home" }, this.empty, this.blocks);
    this.scroller.replaceChildren(this.node);
    this.scroller.scrollTop = 0;
  }

  /** The scroller belongs to somebody else now. */
  leave() {
    this.surface?.dropTyping();
    this.node?.remove();
  }
}
