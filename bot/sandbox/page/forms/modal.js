/* A modal dialog. The browser gives the focus back to where it was when the dialog goes. */

import { html, useLayoutEffect } from "../html.js";

/** `node` is a ref; `onEscape()` is called instead of closing it. */
export function Modal({ node, kind, isCovered, titleId, onEscape, children }) {
  useLayoutEffect(() => {
    const dialog = node.current;
    dialog.showModal();
    return () => dialog.close();
  }, []);
  const escape = (event) => {
    event.preventDefault();
    onEscape();
  };
  return html`
    <dialog ref=${node} class="dialog dialog-${kind} ${isCovered ? "covered" : ""}" role="dialog" aria-modal="true"
      aria-labelledby=${titleId} data-testid=${kind} onCancel=${escape}>${children}</dialog>`;
}
