/* The input block: label, field, hint and error. Its value travels when the form is submitted.
 * https://docs.slack.dev/reference/block-kit/blocks/input-block */

import { Field } from "../elements/element.js";
import { useSurface } from "../elements/surface.js";
import { useTyping } from "../elements/typing.js";
import { createContext, html, useContext, useId } from "../html.js";
import { plain } from "../text/pieces.js";

const WRITTEN = new Set(["plain_text_input", "email_text_input", "url_text_input", "number_input"]);
const [ENTER, CHARACTER] = ["on_enter_pressed", "on_character_entered"];
const GROUPS = new Set(["radio_buttons", "checkboxes"]); // their label names a group, not one control

/** What the app, or Slack's own check, has against what was filled in: {block_id or label: sentence}. */
export const Errors = createContext({});

export function InputBlock({ block }) {
  const { element, block_id: blockId, hint } = block;
  const id = useId();
  const ids = { id, label: `${id}-label`, hint: hint && `${id}-hint` };
  const errors = useContext(Errors);
  const error = errors[blockId] ?? errors[plain(block.label)];
  const spot = { ...ids, isInput: true, optional: block.optional, ...useReports(block) };
  return html`
    <div class=${error ? "block-input faulty" : "block-input"}>
      <${Label} block=${block} ids=${ids} />
      <${Field} element=${element} blockId=${blockId} spot=${spot} />
      ${error && html`<div class="input-error" role="alert">${error}</div>`}
      ${hint && html`<div class="input-hint" id=${ids.hint}>${plain(hint)}</div>`}
      ${triggersOf(block).includes(ENTER) && html`<div class="input-hint">Press Enter to submit</div>`}
    </div>`;
}

function Label({ block, ids }) {
  const words = html`
    <span>${plain(block.label)}</span>
    ${block.optional && html`<span class="optional"> (optional)</span>`}`;
  return GROUPS.has(block.element.type)
    ? html`<div class="input-label" id=${ids.label}>${words}</div>`
    : html`<label class="input-label" id=${ids.label} for=${ids.id}>${words}</label>`;
}

/**
 * What in a text input is told to the app at once: Enter, where nothing is said. Slack documents no default for
 * several lines, in which Enter makes a new line: none is assumed.
 * https://docs.slack.dev/reference/block-kit/composition-objects/dispatch-action-configuration-object
 */
function triggersOf({ dispatch_action: dispatches, element }) {
  if (!dispatches || !WRITTEN.has(element.type)) return [];
  return element.dispatch_action_config?.trigger_actions_on ?? (element.multiline ? [] : [ENTER]);
}

/** What a dispatching input tells the app: each choice; a text as it is typed, or when Enter is pressed. */
function useReports(block) {
  const { element, block_id: blockId } = block;
  const surface = useSurface();
  const text = () => surface.inputs().find((field) => field.blockId === blockId)?.read() ?? "";
  const typing = useTyping(() => surface.use(element, blockId, text()));
  if (!WRITTEN.has(element.type))
    return { changed: (value) => block.dispatch_action && surface.use(element, blockId, value) };
  const [onEnter, onCharacter] = [ENTER, CHARACTER].map((each) => triggersOf(block).includes(each));
  return {
    changed: () => onCharacter && typing.settle(),
    typed: () => onCharacter && typing.typed(),
    entered: () => {
      if (onEnter) typing.now();
      return onEnter;
    },
  };
}
