/* A surface is where blocks stand: a message, the Home tab or a form. It knows whom to tell when one of
 * them is used, and remembers what was typed, so that a redraw of the same fields loses nothing. */

import { drawBlocks } from "./blocks.js";
import { settle } from "./dom.js";
import { drawElement, field } from "./elements.js";
import { focusIn } from "./focus.js";
import { valuesOf } from "./inputs.js";
import { Typing } from "./typing.js";

const keyOf = (element, blockId) => `${blockId}/${element.action_id}`;

export class Surface {
  /**
   * `press(body)` and `suggest(body)` post to the control API; `address` says where this surface is
   * ({channel, ts}).
   */
  constructor({ kind, directory, address = {}, press, suggest }) {
    Object.assign(this, { kind, directory, address, press, suggest });
    this.inputs = new Map(); // by block_id
    this.fields = new Map(); // by "block_id/action_id", like the values kept from the drawing before
    this.kept = new Map();
    this.typings = new Map();
    this.drawn = new Map(); // by what the block says
  }

  /**
   * Shows `blocks` in `list`, which is this surface's own. A block that says the same as before stays as it
   * is, with focus, caret and turned pages; another is drawn anew, with what was typed wherever block_id and
   * action_id are the same, which is what Slack does.
   */
  show(list, blocks) {
    const restore = focusIn(list);
    const before = { drawn: this.drawn, inputs: this.inputs, fields: this.fields };
    this.kept = this.keep();
    Object.assign(this, { drawn: new Map(), inputs: new Map(), fields: new Map() });
    for (const block of blocks) this.place(block, before);
    settle(list, [...this.drawn.values()]);
    restore();
  }

  place(block, before) {
    const mark = JSON.stringify(block);
    const known = before.drawn.get(mark);
    this.drawn.set(mark, known ?? drawBlocks([block], this)[0]);
    if (!known) return;
    const isHere = (key) => key.startsWith(`${block.block_id}/`);
    for (const [key, made] of before.fields) if (isHere(key)) this.fields.set(key, made);
    if (before.inputs.has(block.block_id))
      this.inputs.set(block.block_id, before.inputs.get(block.block_id));
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
    return { directory: this.directory, kept: this.kept.get(keyOf(element, blockId)), suggest, ...rest };
  }

  remember(element, blockId, made) {
    this.fields.set(keyOf(element, blockId), made);
  }

  /** What stands in the fields now, for the next drawing. */
  keep() {
    return new Map([...this.fields].map(([key, made]) => [key, made.keep()]));
  }

  /** What tells the app of a text that is typed. It outlives a redraw of its field. */
  typing(element, blockId) {
    const key = keyOf(element, blockId);
    const tell = () => this.fields.has(key) && this.act({ element, blockId, value: this.textOf(key) });
    if (!this.typings.has(key)) this.typings.set(key, new Typing(tell));
    return this.typings.get(key);
  }

  textOf(key) {
    return this.fields.get(key).read() ?? "";
  }

  /** Nothing typed so far is told any more. */
  dropTyping() {
    for (const typing of this.typings.values()) typing.drop();
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
