/* Slack's confirm dialog.
 * https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object */

import { html, useId, useRef, useState } from "../html.js";
import { Text } from "../text/mrkdwn.js";
import { plain } from "../text/pieces.js";
import { Modal } from "./modal.js";

/** [the question on the screen or null, confirm(dialog) → a promise of true or false]. */
export function useConfirm() {
  const [question, setQuestion] = useState(null);
  const confirm = (dialog) =>
    new Promise((resolve) => {
      const answer = (yes) => {
        setQuestion(null);
        resolve(yes);
      };
      setQuestion(html`<${Confirm} dialog=${dialog} answer=${answer} />`);
    });
  return [question, confirm];
}

function Confirm({ dialog: { title, text, confirm, deny, style }, answer }) {
  const id = useId();
  const yes = style === "danger" ? "button button-danger" : "button button-primary";
  return html`
    <${Modal} node=${useRef(null)} kind="confirm" titleId=${id} onEscape=${() => answer(false)}>
      <h2 class="dialog-title" id=${id}>${plain(title) || "Are you sure?"}</h2>
      <div class="dialog-body"><${Text} text=${text} /></div>
      <footer class="dialog-foot">
        <button type="button" class="button" onClick=${() => answer(false)}>${plain(deny) || "Cancel"}</button>
        <button type="button" class=${yes} autofocus onClick=${() => answer(true)}>${plain(confirm) || "Yes"}</button>
      </footer>
    <//>`;
}
