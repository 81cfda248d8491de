/* Radio buttons, whose value is that of one option, and checkboxes, whose value is a list. */

import { html, useId } from "../html.js";
import { OptionWords } from "./options.js";
import { useField } from "./surface.js";

export function Ticks({ element, blockId, spot }) {
  const isRadio = element.type === "radio_buttons";
  const { initial_option: one, initial_options: several = one ? [one] : [] } = element;
  const first = () => several.map((option) => option.value);
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
          <${OptionWords} option=${option} />
        </label>`)}
    </div>`;
}
