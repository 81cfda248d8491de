/* A surface is where blocks stand: a message, the Home tab or a form. It knows whom to tell when an element is used,
 * and what stands in the fields. */

import { createContext, useContext, useEffect, useLayoutEffect, useReducer, useState } from "../html.js";

export const SurfaceContext = createContext(null);

export const useSurface = () => useContext(SurfaceContext);

/** A surface that lives as long as the component. `address` says where it is: {channel, ts}. */
export function useNewSurface(act, address) {
  const [surface] = useState(() => new Surface(act, address));
  useEffect(() => () => surface.dropTyping(), []);
  return surface;
}

class Surface {
  constructor(act, address) {
    Object.assign(this, { act, address });
    this.fields = new Set(); // see useField
    this.typings = new Set(); // see typing.js
  }

  /** Tells the app that an element was used. Where inputs stand beside it, their values go along, as in Slack. */
  use(element, blockId, value) {
    const body = { ...this.address, button: element.action_id, block_id: blockId, confirm: true };
    if (value !== undefined && value !== null) body.value = value;
    const inputs = this.inputs().filter((field) => field.element.type !== "file_input");
    return this.act("press", inputs.length ? { ...body, values: valuesOf(inputs) } : body);
  }

  suggest(element, blockId, query) {
    return this.act("suggest", { ...this.address, action_id: element.action_id, block_id: blockId, query });
  }

  /** The fields of input blocks, without selects that hold only what the app put there. */
  inputs() {
    return [...this.fields].filter((field) => field.isInput && (field.isTouched || !isSelect(field)));
  }

  values() {
    return valuesOf(this.inputs());
  }

  /** Nothing typed so far is told any more: the form is sent as a whole, or is gone. */
  dropTyping() {
    for (const typing of this.typings) typing.drop();
  }
}

const isSelect = ({ element }) => element.type.endsWith("_select");

/** What was filled in, by block_id, as the control API wants it. */
const valuesOf = (fields) => Object.fromEntries(fields.map((field) => [field.blockId, field.read()]));

/**
 * The value of a field: [value, set]; `read(value)` makes of it what the control API wants. It outlives a redraw of
 * what stands around it as long as block_id and action_id stay the same, which is what Slack does.
 *
 * Fields are drawn for a spot: {isInput, id and label (ids of the page), hint, optional, changed(value), and for texts
 * typed() → a key changed it, entered() → true where Enter tells the app}.
 */
export function useField({ element, blockId, spot }, first, read = (value) => value) {
  const { fields } = useSurface();
  const [, redraw] = useReducer((count) => count + 1, 0);
  const [field] = useState(() => ({ element, blockId, isInput: spot.isInput, value: first(), isTouched: false }));
  field.read = () => read(field.value);
  useLayoutEffect(() => {
    fields.add(field);
    return () => fields.delete(field);
  }, []);
  const set = (value) => {
    Object.assign(field, { value, isTouched: true });
    redraw();
  };
  return [field.value, set];
}
