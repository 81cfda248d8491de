/* A field's value. It outlives a redraw of what stands around it, as long as block_id and action_id stay the same,
 * which is what Slack does; the keys of blocks and elements see to that.
 *
 * Fields are drawn for a spot: {isInput, id and label (ids of the page), hint, optional, changed(value), and for texts
 * typed() → a key changed it, entered() → true where Enter tells the app}. */

import { useLayoutEffect, useReducer, useState } from "preact/hooks";

import { useSurface } from "./surface.js";

/** [value, set]; `read(value)` makes of it what the control API wants. */
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
