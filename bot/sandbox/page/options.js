/* Where the options of a select come from: written in the element, asked of the app, or the workspace's
 * own people and channels. A source is {search(query) → promise of groups [{label, options}], least
 * (characters before it searches), wait (ms)}. */

import { plain } from "./mrkdwn.js";

const TYPING_PAUSE = 220; // ms without a key before the app is asked
const LEAST_QUERY = 3; // Slack's own, where min_query_length is left out

/** The source for a select element. `spot.suggest(query)` asks the app. */
export function sourceOf(element, spot) {
  const kind = element.type.replace(/^multi_/, "");
  if (kind === "external_select") return external(element, spot);
  if (kind === "users_select") return fixed([{ options: people(spot.directory) }]);
  if (kind === "channels_select") return fixed([{ options: channels(spot.directory) }]);
  if (kind === "conversations_select")
    return fixed([{ options: [...channels(spot.directory), ...people(spot.directory)] }]);
  return fixed(groupsOf(element));
}

/** The options that an element starts with. */
export function initialOptions(element, spot) {
  const all = [...people(spot.directory), ...channels(spot.directory)];
  const ids = [
    element.initial_user,
    element.initial_channel,
    element.initial_conversation,
    element.initial_users,
    element.initial_channels,
    element.initial_conversations,
  ];
  const named = ids
    .flat()
    .filter(Boolean)
    .map((id) => all.find((option) => option.value === id) ?? option(id, id));
  return [element.initial_option, element.initial_options, named].flat().filter(Boolean);
}

const option = (text, value) => ({ text: { type: "plain_text", text, emoji: false }, value });
const people = (directory) =>
  directory.people.map((user) => option(`@${user.real_name || user.name}`, user.id));
const channels = (directory) => directory.channels.map((channel) => option(`#${channel.name}`, channel.id));

function fixed(groups) {
  return { least: 0, wait: 0, search: async (query) => filtered(groups, query.trim().toLowerCase()) };
}

function filtered(groups, query) {
  const matches = (each) => plain(each.text).toLowerCase().includes(query);
  return groups
    .map((group) => ({ ...group, options: group.options.filter(matches) }))
    .filter((group) => group.options.length);
}

function external(element, spot) {
  const search = async (query) => groupsOf(await spot.suggest(query));
  return { least: element.min_query_length ?? LEAST_QUERY, wait: TYPING_PAUSE, search };
}

/** The groups in {options} or {option_groups}; an answer with an error throws its sentence. */
function groupsOf(answer) {
  if (answer.ok === false || answer.error) throw new Error(answer.error ?? "The app did not answer.");
  if (answer.option_groups)
    return answer.option_groups.map((group) => ({ label: plain(group.label), options: group.options }));
  return [{ options: answer.options ?? [] }];
}
