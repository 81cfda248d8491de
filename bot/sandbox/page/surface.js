/* A surface is where blocks stand: a message, the Home tab or a form. It knows whom to tell when one of
 * them is used, and remembers what was typed, so that a redraw of the same fields loses nothing. */

import { drawElement, field } from "./elements.js";
import { valuesOf } from "./inputs.js";

export class Surface {
  /**
   * `press(body)` and `suggest(body)` post to the control API; `address` says where this surface is
   * ({channel, ts}); `kept` holds the values of fields drawn before, by "block_id/action_id".
   */
  constructor({ kind, directory, address = {}, press, suggest, kept = new Map() }) {
    Object.assign(this, { kind, directory, address, press, suggest, kept });
    this.inputs = new Map();
    this.fields = new Map();
  }

  draw(element, blockId) {
    return drawElement(element, blockId, this);
  }

  field(element, spot) {
    return field(element, spot);
  }

  spot(element, blockId, rest) {
    const suggest = (query) =>
      this.suggest({ ...this.address, action_id: element.action_id, block_id: blockId, query });
    return {
      directory: this.directory,
      kept: this.kept.get(`${blockId}/${element.action_id}`),
      suggest,
      ...rest,
    };
  }

  remember(element, blockId, made) {
    this.fields.set(`${blockId}/${element.action_id}`, made);
  }

  /** What stands in the fields now, for the next drawing. */
  keep() {
    return new Map([...this.fields].map(([key, made]) => [key, made.keep()]));
  }

  /**
   * Tells the app that an element was used. Where inputs stand beside it, their values go along, as in
   * Slack.
   */
  async act({ element, blockId, value }) {
    const body = { ...this.address, button: element.action_id, block_id: blockId, confirm: true };
    if (value !== undefined && value !== null) body.value = value;
    if (this.inputs.size) body.values = await valuesOf(this.inputs, { files: false });
    return this.press(body);
  }
}
