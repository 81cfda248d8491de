/* Slack's block elements. https://docs.slack.dev/reference/block-kit/block-elements */

import { Picture } from "../blocks/picture.js";
import { html } from "../html.js";
import { useSession } from "../session.js";
import { Code } from "../text/pieces.js";
import { Button } from "./button.js";
import { FileInput } from "./file_input.js";
import { Overflow } from "./overflow.js";
import { Select } from "./select.js";
import { useSurface } from "./surface.js";
import { TextInput } from "./text_input.js";
import { Ticks } from "./ticks.js";

const FIELDS = {
  plain_text_input: TextInput,
  email_text_input: TextInput,
  url_text_input: TextInput,
  number_input: TextInput,
  datepicker: TextInput,
  timepicker: TextInput,
  datetimepicker: TextInput,
  radio_buttons: Ticks,
  checkboxes: Ticks,
  file_input: FileInput,
};
const PRESSED = { button: Button, overflow: Overflow };

/** An element that holds a value. */
export function Field({ element, ...rest }) {
  const kind = FIELDS[element.type] ?? (element.type.endsWith("_select") ? Select : Unknown);
  return html`<${kind} key=${element.action_id} element=${element} ...${rest} />`;
}

const Unknown = ({ element }) => html`<${Code}>element “${element.type}”, which this page does not draw<//>`;

/** An element outside of an input block: it tells the app at once when it is used. */
export function Element({ element, blockId }) {
  const { confirm } = useSession();
  const surface = useSurface();
  const tell = async (value) => {
    if (element.confirm && !(await confirm(element.confirm))) return;
    await surface.use(element, blockId, value);
  };
  if (element.type === "image") return html`<${Picture} ...${element} name="accessory-image" />`;
  const kind = PRESSED[element.type];
  if (kind) return html`<${kind} key=${element.action_id} element=${element} tell=${tell} />`;
  return html`
    <div class="live-field live-${element.type}">
      <${Field} element=${element} blockId=${blockId} spot=${{ changed: tell }} />
    </div>`;
}
