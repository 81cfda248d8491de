/* A button; one with an address is a link that the app hears of, too. */

import { beside, html, isSafeUrl, useRef } from "../html.js";
import { plain } from "../text/pieces.js";

const STYLES = { primary: "button-primary", danger: "button-danger" };

export function Button({ element, tell }) {
  const button = useRef(null);
  const press = async () => {
    if (button.current.ariaBusy) return;
    const pressed = button.current;
    pressed.ariaBusy = "true";
    await tell();
    pressed.ariaBusy = null;
  };
  const label = element.accessibility_label;
  const attributes = {
    ref: button,
    class: `button ${STYLES[element.style] ?? ""}`,
    onClick: press,
    ...(label && { title: label, "aria-label": label }),
  };
  return element.url && isSafeUrl(element.url)
    ? html`<a ...${attributes} ...${beside(element.url)}>${plain(element.text)}</a>`
    : html`<button type="button" ...${attributes}>${plain(element.text)}</button>`;
}
