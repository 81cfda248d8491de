/* The quiet line under the composer: how the last act went; and the banner when something is cut off. */

import { html } from "../html.js";

const NOT_CONNECTED = "Segment Bot is offline: commands and buttons do nothing until it runs again.";
const LOST = "Lost the connection to the sandbox. Trying again…";
const DEEDS = {
  type: "Sent",
  upload: "File shared",
  shortcut: "Shortcut used",
  press: "Pressed",
  submit: "Form submitted",
  cancel: "Form closed",
  home: "Home opened",
};

/** How an act went: `last` is {verb, body, answer}, or null. */
export function Status({ last }) {
  if (!last) return html`<div id="status" role="status" aria-live="polite" />`;
  const { verb, body, answer } = last;
  const deed = body.text?.startsWith("/") ? body.text : DEEDS[verb];
  return html`
    <div id="status" role="status" aria-live="polite">
      <span class="status-deed">${deed}</span>
      ${!answer.ok && html`<span class="status-bad">${firstError(answer)}</span>`}
      ${answer.ok && answer.ack_ms !== null && html`<span>acknowledged in ${milliseconds(answer.ack_ms)}</span>`}
    </div>`;
}

export function Banner({ isLinked, isConnected }) {
  if (isLinked && isConnected) return null;
  return isLinked
    ? html`<div id="banner" role="alert">${NOT_CONNECTED}</div>`
    : html`<div id="banner" role="alert" class="banner-lost">${LOST}</div>`;
}

const milliseconds = (ms) => `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;

const firstError = ({ error, errors = {} }) => error ?? (Object.values(errors).join(" ") || "That didn't work.");
