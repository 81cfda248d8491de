/* The head of a channel, of the app's messages or of its Home tab, and what stands above the first message. */

import { Avatar } from "../avatar.js";
import { html } from "../html.js";
import { Icon } from "../icon.js";
import { useDirectory } from "../session.js";

const TOPICS = {
  "#segments": "Customer segments of the store: ask here",
  "#approvals": "Changes waiting for approval",
  "#random": "Segment Bot is not in this channel",
};

export const isChannel = (place) => place.startsWith("#");

/** The name of a place as one would say it. */
export const placeName = (place, directory) => (isChannel(place) ? place : directory.bot.real_name);

/** The app's two places are tabs; `go(place)` changes between them. */
export function PlaceHead({ place, go }) {
  const { bot } = useDirectory();
  if (isChannel(place)) return html`
    <header id="place-head">
      <h1 class="place-title"><${Icon} name="hash" />${place.slice(1)}</h1><span class="topic">${TOPICS[place]}</span>
    </header>`;
  const tab = (target, words) => html`
    <button type="button" role="tab" class="tab" aria-selected=${place === target} onClick=${() => go(target)}>
      ${words}
    </button>`;
  return html`
    <header id="place-head">
      <h1 class="place-title">
        <${Avatar} user=${bot} size=${24} />${bot.real_name}<span class="app-badge">APP</span>
      </h1>
      <div class="tabs" role="tablist" aria-label="App">
        ${tab("home", "Home")}${tab("dm", "Messages")}
      </div>
    </header>`;
}

export function Intro({ place }) {
  const { bot } = useDirectory();
  if (isChannel(place)) return html`
    <div class="intro">
      <span class="intro-sign"><${Icon} name="hash" size=${28} /></span>
      <h2>${place}</h2>
      <p>
        This is the very beginning of the <b>${place}</b> channel. Type <kbd>/</kbd> below to see what${" "}
        ${bot.real_name} can do.
      </p>
    </div>`;
  return html`
    <div class="intro">
      <${Avatar} user=${bot} size=${52} />
      <h2>${bot.real_name}</h2>
      <p>This is your conversation with <b>${bot.real_name}</b>, which only you two can see.</p>
    </div>`;
}
