/* One message: who, when, its blocks or text, and its files. */

import { Avatar } from "../avatar.js";
import { Blocks } from "../blocks/blocks.js";
import { File } from "../blocks/file.js";
import { useNewSurface } from "../elements/surface.js";
import { html } from "../html.js";
import { Icon } from "../icon.js";
import { useFlash, useHeldFocus } from "../motion.js";
import { useSession } from "../session.js";
import { hourOf } from "../text/dates.js";
import { Mrkdwn } from "../text/mrkdwn.js";
import { MessageMenu } from "./message_menu.js";

export const keyOf = (message) => `${message.ts}${message.ephemeral ? "-private" : ""}`;

export function Message({ message, place, isCompact, isLive }) {
  const { act, directory } = useSession();
  const channel = message.channel ?? place;
  const surface = useNewSurface(act, { channel, ts: message.ts });
  const row = useHeldFocus();
  useFlash(row, JSON.stringify(message), isLive);
  const user = directory.user(message.user);
  const hour = hourOf(message.ts);
  const name = directory.userName(message.user);
  const badge = user?.isApp ? "APP" : user?.guest && "GUEST";
  const look = ["message", message.ephemeral && "ephemeral", isCompact && "compact"].filter(Boolean).join(" ");
  return html`
    <div ref=${row} class=${look} tabindex="-1" role="article" aria-label="${name}, ${hour}" data-ts=${message.ts}>
      ${message.ephemeral && html`
        <div class="only-you"><${Icon} name="eye" size=${14} /><span>Only visible to you</span></div>`}
      <div class="message-side">
        ${isCompact
          ? html`<span class="hour-only" aria-hidden="true">${hour.replace(/\s[AP]M/, "")}</span>`
          : html`<${Avatar} user=${user} />`}
      </div>
      <div class="message-main">
        ${!isCompact && html`<${Byline} name=${name} badge=${badge} hour=${hour} />`}
        <${Content} message=${message} surface=${surface} />
      </div>
      ${!message.ephemeral && html`<${MessageMenu} message=${message} channel=${channel} />`}
    </div>`;
}

const Byline = ({ name, badge, hour }) => html`
  <div class="byline">
    <b>${name}</b>
    ${badge && html`<span class="app-badge">${badge}</span>`}
    <time class="hour">${hour}</time>
  </div>`;

const Content = ({ message: { blocks, text, edited, files }, surface }) => html`
  ${blocks?.length
    ? html`<${Blocks} blocks=${blocks} surface=${surface} />`
    : text && html`<div class="block-text"><${Mrkdwn} text=${text} /></div>`}
  ${edited && html`<span class="edited">(edited)</span>`}
  ${files && html`<div class="files">${files.map((file) => html`<${File} file=${file} />`)}</div>`}`;
