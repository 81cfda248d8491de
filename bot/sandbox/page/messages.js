/* One channel's messages: drawn from their blocks, kept where they have not changed, scrolled as in Slack. */

import { drawBlocks } from "./blocks.js";
import { dayOf, hourOf } from "./dates.js";
import { avatar } from "./directory.js";
import { flash, h, icon, settle } from "./dom.js";
import { fileChip } from "./files.js";
import { mrkdwn } from "./mrkdwn.js";
import { Surface } from "./surface.js";

const NEAR_END = 90; // pixels from the end within which new messages pull the view along
const SAME_BREATH = 300; // seconds within which a person's next message needs no name again

const keyOf = (message) => `${message.ts}${message.ephemeral ? "-private" : ""}`;

export class Messages {
  /** `scroller` holds the list; `post(verb, body)` posts to the control API. */
  constructor({ scroller, pill, directory, post }) {
    Object.assign(this, {
      scroller,
      pill,
      directory,
      post,
      drawn: new Map(),
      place: null,
      viewer: null,
      awaited: false,
    });
    pill.addEventListener("click", () => this.toEnd());
    scroller.addEventListener("scroll", () => this.isNearEnd() && this.hidePill(), { passive: true });
    this.ends = new ResizeObserver(() => this.stuck && this.toEnd());
  }

  /** Somebody else looks at the messages from now on. */
  become(viewer) {
    this.viewer = viewer;
    this.place = null;
  }

  /** Another place is looked at from now on; what the scroller holds then is not kept at its end. */
  leave() {
    this.ends.disconnect();
    this.place = null;
  }

  /** Shows `messages` of `place`; `intro` stands above the first. */
  show(place, messages, intro) {
    const fresh = place !== this.place;
    const stuck = fresh || this.awaited || this.isNearEnd();
    if (fresh) this.begin(place, intro);
    const added = this.reconcile(messages, !fresh);
    this.stuck = stuck;
    if (stuck) this.toEnd();
    else if (added) this.pill.hidden = false;
    if (added) this.awaited = false;
  }

  begin(place, intro) {
    this.place = place;
    this.drawn.clear();
    this.list = h("div", { class: "messages" }, intro);
    this.intro = intro;
    const { scroller } = this;
    scroller.replaceChildren(this.list);
    this.ends.disconnect();
    for (const each of [this.list, scroller]) this.ends.observe(each);
  }

  /** The person has just sent something: what comes next is worth being seen. */
  expect() {
    this.awaited = true;
  }

  isNearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR_END;
    return this.stuck;
  }

  toEnd() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.hidePill();
  }

  hidePill() {
    this.pill.hidden = true;
  }

  reconcile(messages, animate) {
    const focus = this.focus();
    const before = new Map(this.drawn);
    const nodes = [];
    messages.forEach((message, index) => nodes.push(...this.rows(message, messages[index - 1], animate)));
    const keys = new Set(messages.map(keyOf));
    for (const key of before.keys()) if (!keys.has(key)) this.drawn.delete(key);
    settle(this.list, [this.intro, ...nodes]);
    this.refocus(focus);
    return messages.some((message) => !before.has(keyOf(message)));
  }

  rows(message, previous, animate) {
    const day = dayOf(message.ts);
    const isNewDay = !previous || dayOf(previous.ts) !== day;
    const node = this.row(message, !isNewDay && follows(message, previous), animate);
    if (!isNewDay) return [node];
    const known = this.drawn.get(keyOf(message));
    known.day ??= h("div", { class: "day", role: "separator" }, h("span", {}, day));
    return [known.day, node];
  }

  row(message, compact, animate) {
    const key = keyOf(message);
    const mark = JSON.stringify([message, compact]);
    const known = this.drawn.get(key);
    if (known?.mark === mark) return known.node;
    const node = drawMessage(message, compact, this.surface(message), this.viewer);
    if (animate) flash(node, known ? "changed" : "arrived");
    this.drawn.set(key, { mark, node, day: known?.day });
    return node;
  }

  surface(message) {
    const channel = this.place === "dm" ? (message.channel ?? "dm") : this.place;
    const press = (body) => {
      this.expect();
      return this.post("press", body);
    };
    return new Surface({
      kind: "message",
      directory: this.directory,
      address: { channel, ts: message.ts },
      press,
      suggest: (body) => this.post("suggest", body),
    });
  }

  /** Where the focus stands, in words that survive a redraw. */
  focus() {
    const active = document.activeElement;
    const row = this.scroller.contains(active) && active.closest("[data-ts]");
    return row ? { active, key: row.dataset.key, spot: active.closest("[data-focus]")?.dataset.focus } : null;
  }

  refocus(focus) {
    if (!focus || focus.active.isConnected) return;
    const row = this.drawn.get(focus.key)?.node;
    const same = focus.spot && row?.querySelector(`[data-focus="${CSS.escape(focus.spot)}"]`);
    (same || row)?.focus({ preventScroll: true });
  }
}

function follows(message, previous) {
  const isSameHand =
    message.user === previous.user && Boolean(message.ephemeral) === Boolean(previous.ephemeral);
  return isSameHand && !message.ephemeral && Number(message.ts) - Number(previous.ts) < SAME_BREATH;
}

function drawMessage(message, compact, surface, viewer) {
  const { directory } = surface;
  const user = directory.user(message.user);
  const name = directory.userName(message.user);
  const side = compact
    ? h("span", { class: "hour-only", "aria-hidden": "true" }, hourOf(message.ts).replace(/ [AP]M/, ""))
    : avatar(user, 36);
  const kind = [message.ephemeral && "ephemeral", compact && "compact"].filter(Boolean).join(" ");
  const attributes = {
    class: `message ${kind}`,
    tabIndex: -1,
    role: "article",
    "aria-label": `${name}, ${hourOf(message.ts)}`,
    dataset: { ts: message.ts, key: keyOf(message), user: message.user },
  };
  return h(
    "div",
    attributes,
    message.ephemeral && onlyYou(),
    h("div", { class: "message-side" }, side),
    h(
      "div",
      { class: "message-main" },
      compact ? null : byline(message, user, name),
      content(message, surface, viewer),
    ),
  );
}

const onlyYou = () => h("div", { class: "only-you" }, icon("eye", 14), h("span", {}, "Only visible to you"));

function byline(message, user, name) {
  const badge = user?.isApp || message.bot ? h("span", { class: "app-badge" }, "APP") : null;
  const guest = user?.guest ? h("span", { class: "app-badge" }, "GUEST") : null;
  return h(
    "div",
    { class: "byline" },
    h("b", {}, name),
    badge,
    guest,
    h("time", { class: "hour" }, hourOf(message.ts)),
  );
}

function content(message, surface, viewer) {
  const blocks = message.blocks?.length
    ? drawBlocks(message.blocks, surface)
    : [h("div", { class: "block-text" }, mrkdwn(message.text, surface.directory))];
  const edited = message.edited ? h("span", { class: "edited" }, "(edited)") : null;
  const files = message.files?.length
    ? h(
        "div",
        { class: "files" },
        message.files.map((file) => fileChip(file, viewer)),
      )
    : null;
  return [blocks, edited, files];
}
