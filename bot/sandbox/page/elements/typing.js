/* Telling the app what is typed while one types. Slack does it not at each key but when the keys have rested; the app
 * hears one text at a time, and the last one always. */

import { useEffect, useRef, useState } from "../html.js";
import { useSurface } from "./surface.js";

const QUIET = 300; // ms without a key

/** The typing in one field. `tell()` sends what stands in it now, and resolves when the app has answered. */
export function useTyping(tell) {
  const { typings } = useSurface();
  const latest = useRef(tell);
  latest.current = tell;
  const [typing] = useState(() => new Typing(latest));
  useEffect(() => {
    typings.add(typing);
    return () => {
      typing.drop();
      typings.delete(typing);
    };
  }, []);
  return typing;
}

class Typing {
  constructor(tell) {
    Object.assign(this, { tell, isOwed: false, turn: Promise.resolve() });
  }

  /** The text has changed. */
  typed() {
    this.drop();
    this.isOwed = true;
    this.pause = setTimeout(() => this.settle(), QUIET);
  }

  /** The end of typing: what the app does not know yet is told at once. */
  settle() {
    clearTimeout(this.pause);
    this.turn = this.turn.then(() => {
      if (!this.isOwed) return null;
      this.isOwed = false;
      return this.tell.current();
    });
  }

  /** Tells the text, changed or not. */
  now() {
    this.isOwed = true;
    this.settle();
  }

  /** What is not told yet stays untold. */
  drop() {
    clearTimeout(this.pause);
    this.isOwed = false;
  }
}
