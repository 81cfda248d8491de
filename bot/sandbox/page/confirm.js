/* Slack's confirm dialog. https://docs.slack.dev/reference/block-kit/composition-objects/confirmation-
 * dialog-object */

import { freshId, h } from "./dom.js";
import { plain, textNodes } from "./mrkdwn.js";

/** Asks; true when confirmed. */
export function askConfirm(confirm, directory) {
  const { promise, resolve } = Promise.withResolvers();
  const title = freshId("confirm");
  const finish = (answer) => {
    resolve(answer);
    dialog.close();
  };
  const yes = confirm.style === "danger" ? "button button-danger" : "button button-primary";
  const buttons = [
    h(
      "button",
      { type: "button", class: "button", onclick: () => finish(false) },
      plain(confirm.deny) || "Cancel",
    ),
    h(
      "button",
      { type: "button", class: yes, autofocus: true, onclick: () => finish(true) },
      plain(confirm.confirm) || "Yes",
    ),
  ];
  const dialog = h(
    "dialog",
    {
      class: "dialog dialog-confirm",
      role: "dialog",
      "aria-modal": "true",
      "aria-labelledby": title,
      "data-testid": "confirm",
    },
    h("h2", { class: "dialog-title", id: title }, plain(confirm.title) || "Are you sure?"),
    h("div", { class: "dialog-body" }, textNodes(confirm.text, directory)),
    h("footer", { class: "dialog-foot" }, buttons),
  );
  dialog.addEventListener("close", () => {
    resolve(false); // after Escape; a second answer changes nothing
    dialog.remove();
  });
  document.body.append(dialog);
  dialog.showModal();
  return promise;
}
