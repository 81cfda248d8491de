/* The menu of a message, with the app's shortcuts for messages. */

import { Menu } from "../elements/menu.js";
import { html } from "../html.js";
import { useSession } from "../session.js";

export function MessageMenu({ message, channel }) {
  const { act, directory } = useSession();
  const items = directory.shortcuts.map(({ name, callback_id: callback }) => ({
    words: html`<span>${name}<small>${directory.bot.real_name}</small></span>`,
    pick: () => act("shortcut", { channel, ts: message.ts, callback }),
  }));
  return items.length > 0 && html`
    <div class="message-menu"><${Menu} label="Message menu" look="icon-button" items=${items} /></div>`;
}
