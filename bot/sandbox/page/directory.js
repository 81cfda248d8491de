/* Who and what ids mean: people, channels, user groups, the app. */

const SLACKBOT = { id: "USLACKBOT", name: "slackbot", real_name: "Slackbot", initials: "♥", color: "#e01e5a" };

/** The answer of /control/people, by id and by name. */
export class Directory {
  constructor(answer) {
    this.people = answer.users;
    this.channels = answer.channels.map((channel) => ({ ...channel, name: channel.name.replace(/^#/, "") }));
    this.groups = answer.groups ?? [];
    this.commands = answer.commands ?? [];
    this.bot = { real_name: "Segment Bot", ...answer.bot, isApp: true };
    this.everybody = [...this.people, this.bot, SLACKBOT];
  }

  /** The person or app with this id or short name, or undefined. */
  user(key) {
    return this.everybody.find((user) => user.id === key || user.name === key);
  }

  userName(key) {
    const user = this.user(key);
    return user ? user.real_name || user.name : key;
  }

  firstName(key) {
    return this.userName(key).split(" ")[0];
  }

  channelName(key) {
    return this.channels.find((channel) => channel.id === key || channel.name === key)?.name ?? key;
  }

  groupName(key) {
    const group = this.groups.find((each) => each.id === key);
    return group ? (group.handle || group.name).replace(/^@/, "") : key;
  }
}
