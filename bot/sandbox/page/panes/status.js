/* The quiet line under the composer (how long the last acknowledgement took) and the banner when something is cut off. */

import { html } from "../html.js";

const DEEDS = { type: "Sent", press: "Pressed", submit: "Form submitted", cancel: "Form closed", home: "Home opened" };

/** How an act went: `last` is {verb, body, answer}, or null. */
export function Status({ last }) {
  if (!last) return html`<div id="status" role="status" aria-live="polite" />`;
  const { verb, body, answer } = last;
  const deed = body.text?.startsWith("/") ? body.text : DEEDS[verb];
  return html`
    <div id="status" role="status" aria-live="polite">
      <span class="status-deed">${deed}</span>
      ${!answer.ok && html`<span class="status-bad">${firstError(answer)}</span>`}
      ${answer.ok && typeof answer.ack_ms === "number" && html`<span>acknowledged in ${milliseconds(answer.ack_ms)}</span>`}
    </div>`;
}

export function Banner({ isLinked, isConnected }) {
  if (!isLinked) return html`<div id="banner" role="alert" class="banner-lost">Connection to the sandbox lost. Trying again…</div>`;
  if (isConnected) return null;
  return html`<div id="banner" role="alert">Segment Bot is not connected: commands and buttons do nothing until it runs.</div>`;
}

function milliseconds(ms) {
  if (ms < 1) return "under 1 ms";
  return `${ms < 10 ? ms.toFixed(1).replace(/\.0$/, "") : Math.round(ms)} ms`;
}

const firstError = ({ error, errors = {} }) => error ?? (Object.values(errors).join(" ") || "That did not work.");
