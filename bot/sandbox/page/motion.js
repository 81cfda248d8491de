/* What moves: rows that flash when they arrive or change (the style sheet has the animations), and the focus. */

import { useEffect, useLayoutEffect, useRef } from "./html.js";

/** False until `ms` after something was first shown: what is there from the start does not flash. */
export function useLive(isShown, ms = 0) {
  const live = useRef(false);
  useEffect(() => {
    const timer = isShown && setTimeout(() => (live.current = true), ms);
    return () => clearTimeout(timer);
  }, [isShown]);
  return live.current;
}

/** Sets data-flash of a row (a ref): "arrived" where it appears live, "changed" whenever `mark` changes. */
export function useFlash(row, mark, isLive) {
  const isKnown = useRef(false);
  useLayoutEffect(() => {
    if (isKnown.current || isLive) flash(row.current, isKnown.current ? "changed" : "arrived");
    isKnown.current = true;
  }, [mark]);
}

function flash(node, name) {
  delete node.dataset.flash;
  void node.offsetWidth; // reading it makes the browser notice that the animation was gone
  node.dataset.flash = name;
}

const focusOn = (node) => node.focus({ preventScroll: true });

/** A ref to a node in which `refocus(node)` finds the next focus when a redraw removes what had it. */
export function useHeldFocus(refocus = focusOn) {
  const node = useRef(null);
  const held = node.current?.contains(document.activeElement);
  useLayoutEffect(() => {
    if (held && !node.current.contains(document.activeElement)) refocus(node.current);
  });
  return node;
}

/** Moves the focus among the buttons or links of what was pressed in, with two keys. */
export function stepFocus(event, back, on) {
  const by = { [back]: -1, [on]: 1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const items = [...event.currentTarget.querySelectorAll("a, button")];
  items.at((items.indexOf(event.target) + by) % items.length).focus();
}
