/* Who and what ids mean: people, channels, user groups, the app; and their pictures. */

import { h, s } from "./dom.js";

const SLACKBOT = {
  id: "USLACKBOT",
  name: "slackbot",
  real_name: "Slackbot",
  initials: "♥",
  color: "#e01e5a",
};

/** The answer of /control/people, by id and by name. */
export class Directory {
  constructor(answer) {
    this.people = answer.users;
    this.channels = answer.channels.map((channel) => ({ ...channel, name: channel.name.replace(/^#/, "") }));
    this.groups = answer.groups ?? [];
    this.commands = answer.commands ?? [];
    this.bot = { real_name: answer.bot?.real_name ?? "Segment Bot", isApp: true, ...answer.bot };
    this.everybody = [...this.people, this.bot, SLACKBOT];
  }

  /** The person or app with this id or short name, or null. */
  user(key) {
    return (
      this.everybody.find((user) => user.id === key || user.name === key) ??
      (key === "segment-bot" ? this.bot : null)
    );
  }

  userName(key) {
    const user = this.user(key);
    return user ? user.real_name || user.name : key;
  }

  channelName(key) {
    return this.channels.find((channel) => channel.id === key || channel.name === key)?.name ?? key;
  }

  groupName(key) {
    const group = this.groups.find((each) => each.id === key);
    return group ? (group.handle || group.name).replace(/^@/, "") : key;
  }

  /** First name, for places with little room. */
  firstName(key) {
    return this.userName(key).split(" ")[0];
  }
}

/** A rounded square: initials on the person's colour, or the app's mark. */
export function avatar(user, size = 36) {
  const style = `--size:${size}px;--tint:${user?.color ?? "#616061"}`;
  const inner = user?.isApp ? botMark() : (user?.initials ?? "?");
  return h(
    "span",
    { class: user?.isApp ? "avatar avatar-app" : "avatar", style, "aria-hidden": "true" },
    inner,
  );
}

function botMark() {
  const ring = { fill: "none", "stroke-width": 5, cx: 20, cy: 20, r: 10, pathLength: 100 };
  return s(
    "svg",
    { viewBox: "0 0 40 40" },
    s("circle", { ...ring, stroke: "#ecb22e", "stroke-dasharray": "26 74", "stroke-dashoffset": 0 }),
    s("circle", { ...ring, stroke: "#2eb67d", "stroke-dasharray": "38 62", "stroke-dashoffset": -33 }),
    s("circle", { ...ring, stroke: "#36c5f0", "stroke-dasharray": "18 82", "stroke-dashoffset": -78 }),
  );
}
