/* The input block: label, field, hint and error. Its value travels when the form is submitted.
 * https://docs.slack.dev/reference/block-kit/blocks/input-block */

import { readFile } from "./api.js";
import { freshId, h } from "./dom.js";
import { plain } from "./mrkdwn.js";

const WRITTEN = ["plain_text_input", "email_text_input", "url_text_input", "number_input"];
const [ENTER, CHARACTER] = ["on_enter_pressed", "on_character_entered"];
const GROUPS = ["radio_buttons", "checkboxes"]; // their label names a group, not one control

/** Draws the block and registers its field with the surface. */
export function inputBlock(block, surface) {
  const { element } = block;
  const ids = { id: freshId("field"), label: freshId("label"), hint: freshId("hint") };
  const spot = surface.spot(element, block.block_id, {
    ...ids,
    optional: block.optional,
    ...reports(block, surface),
  });
  const made = surface.field(element, spot);
  const error = h("div", { class: "input-error", role: "alert", hidden: true });
  const node = h(
    "div",
    { class: "block-input", dataset: { action: element.action_id ?? "" } },
    label(block, ids),
    made.node,
    error,
    block.hint && h("div", { class: "input-hint", id: ids.hint }, plain(block.hint)),
    triggersOf(block).includes(ENTER) && h("div", { class: "input-hint" }, "Press Enter to submit"),
  );
  surface.remember(element, block.block_id, made);
  surface.inputs.set(block.block_id ?? plain(block.label), {
    ...made,
    label: plain(block.label),
    node,
    error,
    id: ids.id,
  });
  return node;
}

function label(block, ids) {
  const optional = block.optional && h("span", { class: "optional" }, " (optional)");
  const words = [h("span", {}, plain(block.label)), optional];
  if (GROUPS.includes(block.element.type)) return h("div", { class: "input-label", id: ids.label }, words);
  return h("label", { class: "input-label", id: ids.label, for: ids.id }, words);
}

/**
 * What in a text input is told to the app at once: Enter, where nothing is said. Slack documents no default
 * for several lines, in which Enter makes a new line: none is assumed.
 * https://docs.slack.dev/reference/block-kit/composition-objects/dispatch-action-configuration-object
 */
function triggersOf({ dispatch_action: dispatches, element }) {
  if (!dispatches || !WRITTEN.includes(element.type)) return [];
  return element.dispatch_action_config?.trigger_actions_on ?? (element.multiline ? [] : [ENTER]);
}

/** What a dispatching input tells the app: each choice; a text as it is typed, or when Enter is pressed. */
function reports(block, surface) {
  const { element, block_id: blockId } = block;
  if (WRITTEN.includes(element.type)) return writes(triggersOf(block), surface.typing(element, blockId));
  return {
    changed: (value) => block.dispatch_action && surface.act({ element, blockId, value }),
    typed: () => {},
    entered: () => false,
  };
}

function writes(triggers, typing) {
  const [onEnter, onCharacter] = [triggers.includes(ENTER), triggers.includes(CHARACTER)];
  return {
    changed: () => onCharacter && typing.settle(),
    typed: () => onCharacter && typing.typed(),
    entered: () => {
      if (onEnter) typing.now();
      return onEnter;
    },
  };
}

/**
 * Shows `errors` ({block_id or label: sentence}) at their fields, wipes the others, and answers those
 * without a field.
 */
export function showErrors(inputs, errors) {
  let first = null;
  const rest = { ...errors };
  for (const [blockId, input] of inputs) {
    const words = errors[blockId] ?? errors[input.label];
    delete rest[blockId];
    delete rest[input.label];
    input.error.textContent = words ?? "";
    input.error.hidden = !words;
    input.node.classList.toggle("faulty", Boolean(words));
    if (words) first ??= input;
  }
  first?.node.querySelector("input, textarea, select")?.focus();
  return Object.values(rest);
}

/**
 * What was filled in, by block_id, as the control API wants it. Files are read, or left out where `files`
 * is false.
 */
export async function valuesOf(inputs, { files }) {
  const sent = [...inputs].filter(
    ([, input]) => !input.isUntouched?.() && (files || !holdsFiles(input.read())),
  );
  return Object.fromEntries(
    await Promise.all(sent.map(async ([blockId, input]) => [blockId, await posted(input.read())])),
  );
}

const holdsFiles = (value) => Array.isArray(value) && value.some((each) => each instanceof File);

const posted = async (value) => (holdsFiles(value) ? Promise.all(value.map(readFile)) : value);
