/* Focus and caret across a redraw. */

const FOCUSABLE = "input, textarea, button, a[href], [tabindex]";

/**
 * Notes where in the blocks of `list` the focus stands; answers the function that puts it back, should a
 * redraw have taken it away.
 */
export function focusIn(list) {
  const active = document.activeElement;
  const block = list.contains(active) && active.closest("[data-block]");
  if (!block) return () => {};
  const nth = [...block.querySelectorAll(FOCUSABLE)].indexOf(active);
  const { selectionStart: from, selectionEnd: to, selectionDirection: way, scrollTop } = active;
  return () => {
    if (active.isConnected) return;
    const fresh = list.querySelector(`[data-block="${CSS.escape(block.dataset.block)}"]`);
    const same = [...(fresh?.querySelectorAll(FOCUSABLE) ?? [])][nth];
    same?.focus({ preventScroll: true });
    if (typeof from === "number" && typeof same?.selectionStart === "number")
      same.setSelectionRange(from, to, way);
    if (same) same.scrollTop = scrollTop;
  };
}
