/* The line one types into, with Slack's menu of slash commands. */

import { h } from "./dom.js";

const HISTORY = 50;
const HIGHEST = 160; // pixels the field may grow to

export class Composer {
  /** `send(text)` is called with what was typed; `commands` are {command, description, usage_hint}. */
  constructor({ field, menu, hint, button, commands, send }) {
    Object.assign(this, {
      field,
      menu,
      hint,
      button,
      commands,
      send,
      active: 0,
      found: [],
      sent: [],
      back: 0,
      dismissed: null,
    });
    field.addEventListener("input", () => this.typed());
    field.addEventListener("keydown", (event) => this.key(event));
    field.addEventListener("blur", () => this.closeMenu());
    field.addEventListener("focus", () => this.typed());
    button.addEventListener("click", () => this.submit());
    this.typed();
  }

  /** The place messages go to, for the placeholder. */
  speakTo(name) {
    this.field.placeholder = `Message ${name}`;
    this.field.setAttribute("aria-label", `Message ${name}`);
  }

  typed() {
    const text = this.field.value;
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, HIGHEST)}px`;
    this.button.disabled = !text.trim();
    if (text !== this.dismissed) this.dismissed = null;
    this.showMenu(text);
    this.showHint(text);
  }

  showMenu(text) {
    const wanted = /^\/\S*$/.test(text) && this.dismissed === null && document.activeElement === this.field;
    this.found = wanted ? this.commands.filter((each) => each.command.startsWith(text.toLowerCase())) : [];
    this.active = 0;
    if (!this.found.length) return this.closeMenu();
    this.menu.replaceChildren(
      h("div", { class: "slash-title" }, "Commands"),
      ...this.found.map((each, index) => this.row(each, index)),
    );
    this.menu.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.point(0);
  }

  row(each, index) {
    const words = [h("b", {}, each.command), " ", h("span", { class: "slash-usage" }, each.usage_hint)];
    return h(
      "div",
      {
        class: "slash-row",
        role: "option",
        id: `slash-${index}`,
        onmousedown: (event) => this.pick(event, index),
        onmousemove: () => this.point(index),
      },
      h("div", {}, words),
      h("small", {}, each.description),
    );
  }

  point(index) {
    this.active = index;
    [...this.menu.querySelectorAll(".slash-row")].forEach((row, nth) =>
      row.setAttribute("aria-selected", String(nth === index)),
    );
    this.menu.querySelector(`#slash-${index}`)?.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", `slash-${index}`);
  }

  pick(event, index) {
    event.preventDefault();
    this.write(`${this.found[index].command} `);
  }

  write(text) {
    this.field.value = text;
    this.field.focus();
    this.typed();
  }

  closeMenu() {
    this.menu.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
    this.found = [];
  }

  showHint(text) {
    const known = this.commands.find((each) => text.startsWith(`${each.command} `));
    this.hint.hidden = !known;
    if (known)
      this.hint.replaceChildren(
        h("b", {}, known.command),
        " ",
        h("span", {}, known.usage_hint || known.description),
      );
  }

  key(event) {
    if (event.isComposing) return;
    const open = this.found.length > 0;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (open && step) this.point((this.active + step + this.found.length) % this.found.length);
    else if (open && (event.key === "Tab" || (event.key === "Enter" && !this.isWhole())))
      this.write(`${this.found[this.active].command} `);
    else if (open && event.key === "Escape") this.dismiss();
    else if (event.key === "Enter" && !event.shiftKey) this.submit();
    else if (step && this.recall(step)) this.typed();
    else return;
    event.preventDefault();
  }

  /** True when the text is a command already, so that Enter sends it. */
  isWhole() {
    return this.found[this.active].command === this.field.value;
  }

  dismiss() {
    this.dismissed = this.field.value;
    this.closeMenu();
  }

  /** Up and Down in an empty field go through what was sent before. */
  recall(step) {
    const browsing = this.field.value === "" || this.field.value === this.sent[this.back - 1];
    if (!browsing || !this.sent.length) return false;
    this.back = Math.max(0, Math.min(this.sent.length, this.back - step));
    this.field.value = this.sent[this.back - 1] ?? "";
    return true;
  }

  submit() {
    const text = this.field.value.trim();
    if (!text) return;
    this.sent = [text, ...this.sent.filter((each) => each !== text)].slice(0, HISTORY);
    this.back = 0;
    this.write("");
    this.send(text);
  }
}
