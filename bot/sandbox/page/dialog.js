/* Forms as dialogs: a stack of views, of which the topmost may be typed into.
 *
 * The server pushes the open view again and again. Only what has changed in it is drawn anew: see surface.js. */

import { freshId, h, icon } from "./dom.js";
import { showErrors, valuesOf } from "./inputs.js";
import { plain } from "./mrkdwn.js";
import { Surface } from "./surface.js";

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
    this.stack.at(-1)?.cover();
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
    this.surface = this.makeSurface();
    this.problem = h("div", { class: "form-problem", role: "alert", hidden: true });
    this.blocks = h("div");
    this.parts = { head: h("header"), foot: h("footer") };
    this.dialog.append(
      h(
        "form",
        { novalidate: true, onsubmit: (event) => this.submit(event) },
        this.parts.head,
        h("div", { class: "dialog-body" }, this.problem, this.blocks),
        this.parts.foot,
      ),
    );
    document.body.append(this.dialog);
    this.draw(view);
    this.dialog.showModal();
    this.focusFirst();
  }

  makeSurface() {
    const { directory, post } = this.forms;
    const press = async (body) => this.hear(await post("press", body));
    const suggest = (body) => post("suggest", body);
    return new Surface({ kind: "form", directory, address: { channel: "form" }, press, suggest });
  }

  update(view) {
    const held = this.dialog.contains(document.activeElement);
    this.draw(view);
    if (held && !this.dialog.contains(document.activeElement)) this.focusFirst();
  }

  draw(view) {
    this.surface.show(this.blocks, view.blocks);
    const frame = JSON.stringify([view.title, view.submit, view.close]);
    if (frame === this.frame) return;
    this.frame = frame;
    this.put("head", this.head(view));
    this.put("foot", this.foot(view));
  }

  put(part, node) {
    this.parts[part].replaceWith(node);
    this.parts[part] = node;
  }

  focusFirst() {
    (
      this.blocks.querySelector("[autofocus]") ??
      this.blocks.querySelector("input, textarea, button") ??
      this.submitButton ??
      this.dialog.querySelector("button")
    )?.focus();
  }

  /** Another form lies above this one. */
  cover() {
    this.surface.dropTyping();
    this.dialog.classList.add("covered");
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
    this.surface.dropTyping();
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
    this.surface.dropTyping();
    this.dialog.close();
    this.dialog.remove();
  }
}
