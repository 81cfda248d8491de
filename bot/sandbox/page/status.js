/* The quiet line under the composer (how long the last acknowledgement took) and the banner when something
 * is cut off. */

import { h } from "./dom.js";

export class Status {
  constructor({ line, banner }) {
    Object.assign(this, { line, banner, isLinked: true, isBotThere: true, isOverHttp: false });
  }

  /** Says how an answer of the control API went; `what` names the deed. */
  tell(what, answer) {
    // Connections are counted in Socket Mode only: who acknowledges without one is there by HTTP.
    if (!this.isBotThere && typeof answer.ack_ms === "number") this.isOverHttp = true;
    const deed = h("span", { class: "status-deed" }, what);
    if (!answer.ok)
      return this.line.replaceChildren(deed, h("span", { class: "status-bad" }, firstError(answer)));
    const took =
      typeof answer.ack_ms === "number"
        ? [h("span", {}, `acknowledged in ${milliseconds(answer.ack_ms)}`)]
        : [];
    this.line.replaceChildren(deed, ...took);
  }

  /** Whether the stream of news is open. */
  link(isLinked) {
    this.isLinked = isLinked;
    this.showBanner();
  }

  /** Whether the bot listens; null where the sandbox does not say. */
  bot(isThere) {
    if (isThere) this.isOverHttp = false;
    this.isBotThere = isThere !== false || this.isOverHttp;
    this.showBanner();
  }

  showBanner() {
    const words = this.words();
    if (this.banner.textContent !== words) this.banner.textContent = words;
    this.banner.hidden = !words;
    this.banner.classList.toggle("banner-lost", !this.isLinked);
  }

  words() {
    if (!this.isLinked) return "Connection to the sandbox lost. Trying again…";
    return this.isBotThere
      ? ""
      : "Segment Bot is not connected: commands and buttons do nothing until it runs.";
  }
}

const milliseconds = (ms) =>
  ms < 1 ? "under 1 ms" : `${ms < 10 ? ms.toFixed(1).replace(/\.0$/, "") : Math.round(ms)} ms`;

const firstError = (answer) =>
  answer.error ?? (Object.values(answer.errors ?? {}).join(" ") || "That did not work.");
