/* The middle of the page: the head of a channel, of the app's messages or of its Home tab, and what stands
 * in them. */

import { drawBlocks } from "./blocks.js";
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

/** The Home tab: drawn again only when its view changes. */
export class HomeTab {
  constructor({ scroller, directory, post }) {
    Object.assign(this, { scroller, directory, post, mark: null });
  }

  show(view) {
    const mark = JSON.stringify(view?.blocks ?? null);
    if (mark === this.mark && this.node?.isConnected) return;
    const surface = this.surface();
    const inner = view
      ? drawBlocks(view.blocks, surface)
      : [h("p", { class: "home-empty" }, "The app has not published its Home tab yet.")];
    const focused =
      this.node?.contains(document.activeElement) &&
      document.activeElement.closest("[data-focus]")?.dataset.focus;
    Object.assign(this, { mark, surfaceNow: surface, node: h("div", { class: "home" }, inner) });
    this.scroller.replaceChildren(this.node);
    if (focused) this.node.querySelector(`[data-focus="${CSS.escape(focused)}"]`)?.focus();
  }

  surface() {
    const kept = this.node?.isConnected ? this.surfaceNow.keep() : new Map();
    const press = (body) => this.post("press", body);
    return new Surface({
      kind: "home",
      directory: this.directory,
      kept,
      address: { channel: "home" },
      press,
      suggest: (body) => this.post("suggest", body),
    });
  }

  /** The scroller belongs to somebody else now. */
  leave() {
    this.mark = null;
  }
}
