/* The channels and the app at the left. */

import { Avatar } from "../avatar.js";
import { html } from "../html.js";
import { Icon } from "../icon.js";
import { useDirectory } from "../session.js";

/** `unread` says how much is new in each place; of the channels, only `places` are shown: those the person is in. */
export function Sidebar({ current, unread, places, go }) {
  const { channels, bot } = useDirectory();
  const item = (place, picture, words) => html`
    <${Place} place=${place} words=${words} isCurrent=${place === current} count=${unread.get(place)} go=${go}>
      ${picture}
    <//>`;
  return html`
    <nav id="sidebar" aria-label="Channels and apps">
      <h2>Channels</h2>
      <ul>
        ${channels.filter(({ name }) => places.includes(`#${name}`)).map(({ name }) =>
          item(`#${name}`, html`<${Icon} name="hash" size=${16} />`, name))}
      </ul>
      <h2>Apps</h2>
      <ul>
        ${item("dm", html`<${Avatar} user=${bot} size=${20} />`, bot.real_name)}
        ${item("home", html`<${Icon} name="home" size=${16} />`, "Home")}
      </ul>
    </nav>`;
}

function Place({ place, words, isCurrent, count, go, children }) {
  const isUnread = count > 0 && !isCurrent;
  const look = `place ${isCurrent ? "current" : ""} ${isUnread ? "has-unread" : ""}`;
  return html`
    <li>
      <button type="button" class=${look} aria-current=${isCurrent} data-place=${place} onClick=${() => go(place)}>
        ${children}<span class="place-name">${words}</span>
        ${isUnread && html`<span class="unread" aria-label="${count} unread">${count}</span>`}
      </button>
    </li>`;
}
