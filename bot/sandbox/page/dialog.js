/* Forms as dialogs: a stack of views, of which the topmost may be typed into.
 *
 * The server pushes the open view again and again. One that has not changed is left alone; one that has is
 * drawn anew with what was typed kept wherever block_id and action_id are the same, which is what Slack
 * does. */

import { drawBlocks } from "./blocks.js";
import { freshId, h, icon } from "./dom.js";
import { showErrors, valuesOf } from "./inputs.js";
import { plain } from "./mrkdwn.js";
import { Surface } from "./surface.js";

const markOf = ({ title, submit, close, blocks, hash }) =>
  JSON.stringify({ title, submit, close, blocks, hash });

/** The stack. `post(verb, body)` posts to the control API as the person whose forms these are. */
export class Forms {
  constructor({ directory, post }) {
    Object.assign(this, { directory, post, stack: [], returnTo: null });
  }

  /** Shows the view that is open now, or none. */
  show(view) {
    if (!view) return this.cut(0);
    const depth = this.stack.findIndex((form) => form.id === view.id);
    if (depth >= 0) {
      this.cut(depth + 1);
      return this.stack[depth].update(view);
    }
    const isAbove = this.stack.length && view.previous_view_id === this.stack.at(-1).id;
    if (!isAbove) this.cut(0);
    this.push(view);
  }

  push(view) {
    if (!this.stack.length) this.returnTo = document.activeElement;
    this.stack.at(-1)?.dialog.classList.add("covered");
    this.stack.push(new Form(view, this, this.stack.length));
  }

  cut(depth) {
    if (this.stack.length <= depth) return;
    for (const form of this.stack.splice(depth)) form.remove();
    this.stack.at(-1)?.dialog.classList.remove("covered");
    if (depth === 0 && this.returnTo?.isConnected) this.returnTo.focus();
  }
}

class Form {
  constructor(view, forms, depth) {
    Object.assign(this, { id: view.id, forms, isSecond: depth > 0 || Boolean(view.previous_view_id) });
    this.title = freshId("form");
    this.dialog = h("dialog", {
      class: "dialog dialog-form",
      role: "dialog",
      "aria-modal": "true",
      "aria-labelledby": this.title,
      "data-testid": "form",
      style: `--depth:${depth}`,
    });
    this.dialog.addEventListener("cancel", (event) => {
      event.preventDefault(); // the app closes it, by pushing a state without it
      this.cancel();
    });
    document.body.append(this.dialog);
    this.draw(view, new Map());
    this.dialog.showModal();
    this.focusFirst();
  }

  update(view) {
    if (markOf(view) === this.mark) return;
    const focused = this.focusedBlock();
    const at = this.body.scrollTop;
    this.draw(view, this.surface.keep());
    this.body.scrollTop = at;
    if (focused)
      this.body
        .querySelector(`[data-block="${CSS.escape(focused)}"]`)
        ?.querySelector("input, textarea, button")
        ?.focus();
    else this.focusFirst();
  }

  focusedBlock() {
    return this.dialog.contains(document.activeElement)
      ? document.activeElement.closest("[data-block]")?.dataset.block
      : null;
  }

  focusFirst() {
    (
      this.body.querySelector("input, textarea, button") ??
      this.submitButton ??
      this.dialog.querySelector("button")
    )?.focus();
  }

  draw(view, kept) {
    this.mark = markOf(view);
    const { directory, post } = this.forms;
    const act = async (body) => this.hear(await post("press", body));
    this.surface = new Surface({
      kind: "form",
      directory,
      kept,
      address: { channel: "form" },
      press: act,
      suggest: (body) => post("suggest", body),
    });
    this.problem = h("div", { class: "form-problem", role: "alert", hidden: true });
    this.body = h("div", { class: "dialog-body" }, this.problem, drawBlocks(view.blocks, this.surface));
    this.form = h(
      "form",
      { novalidate: true, onsubmit: (event) => this.submit(event) },
      this.head(view),
      this.body,
      this.foot(view),
    );
    this.dialog.replaceChildren(this.form);
  }

  head(view) {
    const back =
      this.isSecond &&
      h(
        "button",
        { type: "button", class: "icon-button", "aria-label": "Back", onclick: () => this.cancel() },
        icon("left"),
      );
    const close = h(
      "button",
      {
        type: "button",
        class: "icon-button dialog-close",
        "aria-label": "Close",
        onclick: () => this.cancel(),
      },
      icon("close"),
    );
    return h(
      "header",
      { class: "dialog-head" },
      back,
      h("h2", { class: "dialog-title", id: this.title }, plain(view.title)),
      close,
    );
  }

  foot(view) {
    const close = h(
      "button",
      { type: "button", class: "button", onclick: () => this.cancel() },
      plain(view.close) || "Cancel",
    );
    this.submitButton = view.submit
      ? h("button", { type: "submit", class: "button button-primary" }, plain(view.submit))
      : null;
    return h("footer", { class: "dialog-foot" }, close, this.submitButton);
  }

  cancel() {
    return this.forms.post("cancel", {});
  }

  async submit(event) {
    event.preventDefault();
    if (!this.submitButton || this.submitButton.getAttribute("aria-busy")) return;
    this.submitButton.setAttribute("aria-busy", "true");
    const button = this.submitButton;
    this.hear(
      await this.forms.post("submit", { values: await valuesOf(this.surface.inputs, { files: true }) }),
    );
    button.removeAttribute("aria-busy");
  }

  /** Shows what the app (or Slack's own check) has against what was filled in. */
  hear(answer) {
    const rest = showErrors(this.surface.inputs, answer.errors ?? {});
    const words = rest.length ? rest.join(" ") : answer.ok || answer.errors ? "" : answer.error;
    this.problem.textContent = words ?? "";
    this.problem.hidden = !words;
    if (words) this.problem.scrollIntoView({ block: "nearest" });
    return answer;
  }

  remove() {
    this.dialog.close();
    this.dialog.remove();
  }
}
