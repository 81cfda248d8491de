/* Where the options of a select come from: written in the element, asked of the app, or the workspace's own people
 * and channels. A source is {search(query) → promise of groups [{label, options}], least (characters before it
 * searches), wait (ms without a key before it searches)}. */

import { html } from "../html.js";
import { Text } from "../text/mrkdwn.js";
import { plain } from "../text/pieces.js";

const TYPING_PAUSE = 220;
const LEAST_QUERY = 3; // Slack's own, where min_query_length is left out

const option = (text, value) => ({ text: { type: "plain_text", text, emoji: false }, value });
const people = (directory) => directory.people.map((user) => option(`@${user.real_name || user.name}`, user.id));
const channels = (directory) => directory.channels.map((channel) => option(`#${channel.name}`, channel.id));

const NAMED = {
  users_select: people,
  channels_select: channels,
  conversations_select: (directory) => [...channels(directory), ...people(directory)],
};

/** The source of a select element; `suggest(query)` asks the app. */
export function sourceOf(element, directory, suggest) {
  const kind = element.type.replace(/^multi_/, "");
  if (kind === "external_select") {
    const search = async (query) => groupsOf(await suggest(query));
    return { least: element.min_query_length ?? LEAST_QUERY, wait: TYPING_PAUSE, search };
  }
  const groups = NAMED[kind] ? [{ options: NAMED[kind](directory) }] : groupsOf(element);
  return { least: 0, wait: 0, search: async (query) => filtered(groups, query.trim().toLowerCase()) };
}

/** The options that an element starts with. */
export function initialOptions(element, directory) {
  const all = NAMED.conversations_select(directory);
  const initial = (kind) => [element[`initial_${kind}`] ?? [], element[`initial_${kind}s`] ?? []].flat();
  const ids = ["user", "channel", "conversation"].flatMap(initial);
  return [...initial("option"), ...ids.map((id) => all.find((each) => each.value === id) ?? option(id, id))];
}

function filtered(groups, query) {
  const matches = (each) => plain(each.text).toLowerCase().includes(query);
  return groups.map((group) => ({ ...group, options: group.options.filter(matches) }));
}

/** The groups in {options} or {option_groups}; an answer with an error throws its sentence. */
function groupsOf(answer) {
  if (answer.ok === false || answer.error) throw new Error(answer.error ?? "The app didn't answer.");
  return (
    answer.option_groups?.map((group) => ({ ...group, label: plain(group.label) })) ?? [{ options: answer.options }]
  );
}

/** What an option says: its text, and under it what describes it. */
export const OptionWords = ({ option: { text, description } }) => html`
  <span><${Text} text=${text} />${description && html`<small><${Text} text=${description} /></small>`}</span>`;
