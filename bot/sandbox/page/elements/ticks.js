/* Radio buttons, whose value is that of one option, and checkboxes, whose value is a list. */

import { useId } from "preact/hooks";

import { html } from "../html.js";
import { Text } from "../text/mrkdwn.js";
import { useField } from "./field.js";

export function Ticks({ element, blockId, spot }) {
  const isRadio = element.type === "radio_buttons";
  const first = () => [element.initial_option, element.initial_options].flat().filter(Boolean).map((option) => option.value);
  const read = (ticked) => (isRadio ? (ticked[0] ?? null) : ticked);
  const [ticked, set] = useField({ element, blockId, spot }, first, read);
  const name = useId();
  const tick = ({ value, checked }) => {
    const others = isRadio ? [] : ticked.filter((each) => each !== value);
    const now = checked ? [...others, value] : others;
    set(now);
    spot.changed(read(now));
  };
  return html`
    <div class="ticks" id=${spot.id} role=${isRadio ? "radiogroup" : "group"} aria-labelledby=${spot.label}>
      ${element.options.map((option) => html`
        <label class="tick-row">
          <input type=${isRadio ? "radio" : "checkbox"} name=${name} value=${option.value}
            checked=${ticked.includes(option.value)} onChange=${(event) => tick(event.target)} />
          <span>
            <span><${Text} text=${option.text} /></span>
            ${option.description && html`<small><${Text} text=${option.description} /></small>`}
          </span>
        </label>`)}
    </div>`;
}
