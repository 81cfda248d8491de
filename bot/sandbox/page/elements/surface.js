/* A surface is where blocks stand: a message, the Home tab or a form. It knows whom to tell when an element is
 * used, and what stands in the fields. */

import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

import { readFile } from "../api.js";

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
    this.fields = new Set(); // {element, blockId, isInput, value, isTouched, read}: see field.js
    this.typings = new Set();
  }

  /** Tells the app that an element was used. Where inputs stand beside it, their values go along, as in Slack. */
  async use(element, blockId, value) {
    const body = { ...this.address, button: element.action_id, block_id: blockId, confirm: true };
    if (value !== undefined && value !== null) body.value = value;
    if (this.inputs().length) body.values = await this.values({ files: false });
    return this.act("press", body);
  }

  suggest(element, blockId, query) {
    return this.act("suggest", { ...this.address, action_id: element.action_id, block_id: blockId, query });
  }

  inputs() {
    return [...this.fields].filter((field) => field.isInput);
  }

  /**
   * What was filled in, by block_id, as the control API wants it. Files are read, or left out where `files` is false.
   * A select that holds only what the app put there need not be sent back.
   */
  async values({ files }) {
    const sent = this.inputs().filter(
      (field) => (field.isTouched || !field.element.type.endsWith("_select")) && (files || !holdsFiles(field.read())),
    );
    return Object.fromEntries(await Promise.all(sent.map(async (field) => [field.blockId, await posted(field.read())])));
  }

  /** Nothing typed so far is told any more: the form is sent as a whole, or is gone. */
  dropTyping() {
    for (const typing of this.typings) typing.drop();
  }
}

const holdsFiles = (value) => Array.isArray(value) && value.some((each) => each instanceof File);

const posted = (value) => (holdsFiles(value) ? Promise.all(value.map(readFile)) : value);
