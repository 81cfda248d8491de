/* Who and what ids mean: people, channels, user groups, the app. */

const SLACKBOT = { id: "USLACKBOT", name: "slackbot", real_name: "Slackbot", initials: "♥", color: "#e01e5a" };

/** The answer of /control/people, by id and by name. */
export class Directory {
  constructor(answer) {
    this.people = answer.users;
    this.channels = answer.channels;
    this.groups = answer.groups;
    this.commands = answer.commands;
    this.shortcuts = answer.shortcuts;
    this.bot = { ...answer.bot, real_name: "Segment Bot", isApp: true };
    this.everybody = [...this.people, this.bot, SLACKBOT];
  }

  /** The person or app with this id or short name, or undefined. */
  user(key) {
    return this.everybody.find((user) => user.id === key || user.name === key);
  }

  userName(key) {
    return this.user(key)?.real_name ?? key;
  }

  firstName(key) {
    return this.userName(key).split(" ")[0];
  }

  channelName(key) {
    return this.channels.find((channel) => channel.id === key)?.name ?? key;
  }

  groupName(key) {
    return this.groups.find((group) => group.id === key)?.handle ?? key;
  }
}
