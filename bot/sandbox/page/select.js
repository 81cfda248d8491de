/* Slack's select menus, one or several choices, as a combobox with a list that filters while one types. */

import { freshId, h, icon } from "./dom.js";
import { plain } from "./mrkdwn.js";
import { initialOptions, sourceOf } from "./options.js";
import { placeBy } from "./floating.js";

/** A select field for any of static, external, users, channels and conversations, single or multi_. */
export function selectField(element, spot) {
  const select = new Select(element, spot);
  const keep = () => (select.touched ? select.chosen : undefined);
  return { node: select.node, read: () => select.value(), keep, isUntouched: () => !select.touched };
}

class Select {
  constructor(element, spot) {
    Object.assign(this, { element, spot, source: sourceOf(element, spot), shown: [], active: -1, turn: 0 });
    this.many = element.type.startsWith("multi_");
    this.chosen = spot.kept ?? initialOptions(element, spot);
    this.touched = spot.kept !== undefined;
    this.list = h("div", {
      class: "select-list",
      role: "listbox",
      id: freshId("options"),
      popover: "manual",
      tabIndex: -1,
    });
    this.input = this.comboBox();
    this.chips = h("span", { class: "chips" });
    this.wipe = h(
      "button",
      {
        type: "button",
        class: "icon-button select-clear",
        "aria-label": "Clear",
        onclick: () => this.clear(),
      },
      icon("close", 12),
    );
    this.node = h(
      "div",
      { class: this.many ? "select select-many" : "select" },
      this.chips,
      this.input,
      this.wipe,
      icon("down", 14),
      this.list,
    );
    this.node.addEventListener("mousedown", (event) => this.grab(event));
    this.showChosen();
  }

  comboBox() {
    const aria = {
      role: "combobox",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
      "aria-autocomplete": "list",
    };
    const label = this.spot.label
      ? { "aria-labelledby": this.spot.label }
      : { "aria-label": plain(this.element.placeholder) || "Choose" };
    return h("input", {
      ...aria,
      ...label,
      id: this.spot.id,
      class: "select-input",
      autocomplete: "off",
      autofocus: this.element.focus_on_load,
      spellcheck: "false",
      onfocus: () => this.input.select(),
      onclick: () => this.open(),
      oninput: () => this.open(),
      onkeydown: (event) => this.key(event),
      onblur: () => this.close(),
    });
  }

  value() {
    const values = this.chosen.map((option) => option.value);
    return this.many ? values : (values[0] ?? null);
  }

  /** A press anywhere in the field acts on its text field; one in the list must not take the focus away. */
  grab(event) {
    if (event.target === this.input || event.target.closest("button")) return;
    event.preventDefault();
    if (this.list.contains(event.target)) return;
    this.input.focus();
    this.open();
  }

  open() {
    clearTimeout(this.pause);
    const turn = ++this.turn; // an answer to what was typed before comes too late
    const query = this.showsChoice() ? "" : this.input.value;
    if (!this.list.matches(":popover-open")) this.unfold();
    if (query.trim().length < this.source.least)
      return this.say(`Type ${this.source.least} or more characters`);
    if (this.source.wait) this.say("Searching…");
    this.pause = setTimeout(() => this.search(query, turn), query && this.source.wait);
  }

  showsChoice() {
    return !this.many && this.chosen.length > 0 && this.input.value === plain(this.chosen[0].text);
  }

  unfold() {
    this.list.showPopover();
    this.input.setAttribute("aria-expanded", "true");
    this.follow = placeBy(this.list, this.node);
  }

  async search(query, turn) {
    try {
      const groups = await this.source.search(query);
      if (turn === this.turn) this.fill(groups);
    } catch (problem) {
      if (turn === this.turn) this.say(problem.message);
    }
  }

  say(words) {
    this.shown = [];
    this.active = -1;
    this.list.replaceChildren(h("div", { class: "select-note", role: "status" }, words));
  }

  fill(groups) {
    this.say("No results");
    if (!groups.some((group) => group.options.length)) return;
    this.list.replaceChildren(...groups.flatMap((group) => this.groupNodes(group)));
    const selected = this.shown.findIndex(({ option }) => this.isChosen(option));
    this.point(Math.max(0, selected));
  }

  groupNodes(group) {
    const rows = group.options.map((option) => this.row(option));
    return group.label ? [h("div", { class: "select-group" }, group.label), ...rows] : rows;
  }

  row(option) {
    const chosen = this.isChosen(option);
    const description = option.description && h("small", {}, plain(option.description));
    const attributes = {
      class: "select-option",
      role: "option",
      id: freshId("option"),
      "aria-selected": String(chosen),
      dataset: { value: option.value },
      onclick: () => this.pick(option),
    };
    const node = h(
      "div",
      attributes,
      h("span", {}, plain(option.text), description),
      chosen && h("span", { class: "select-tick", "aria-hidden": "true" }, "✓"),
    );
    this.shown.push({ option, node });
    return node;
  }

  isChosen(option) {
    return this.chosen.some((each) => each.value === option.value);
  }

  point(index) {
    this.shown[this.active]?.node.classList.remove("active");
    this.active = index;
    const node = this.shown[index]?.node;
    node?.classList.add("active");
    node?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", node?.id ?? "");
  }

  key(event) {
    const open = this.list.matches(":popover-open");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.step(step, open);
    else if (event.key === "Enter") this.enter(open);
    else if (event.key === "Escape" && open) this.close();
    else if (event.key === "Backspace" && this.many && !this.input.value) this.drop(this.chosen.at(-1));
    else return;
    if (event.key === "Backspace") return;
    event.preventDefault();
    event.stopPropagation();
  }

  step(by, open) {
    if (!open) return this.open();
    if (this.shown.length) this.point((this.active + by + this.shown.length) % this.shown.length);
  }

  enter(open) {
    if (!open) return this.open();
    if (this.shown[this.active]) this.pick(this.shown[this.active].option);
  }

  pick(option) {
    if (!this.many) this.chosen = [option];
    else if (this.isChosen(option)) this.chosen = this.chosen.filter((each) => each.value !== option.value);
    else if (this.chosen.length < (this.element.max_selected_items ?? Infinity))
      this.chosen = [...this.chosen, option];
    this.close();
    this.tell();
  }

  tell() {
    this.touched = true;
    this.spot.changed(this.value());
  }

  drop(option) {
    if (!option) return;
    this.chosen = this.chosen.filter((each) => each !== option);
    this.showChosen();
    this.tell();
  }

  clear() {
    this.chosen = [];
    this.close();
    this.input.focus();
    this.tell();
  }

  close() {
    clearTimeout(this.pause);
    this.turn += 1;
    this.follow?.();
    if (this.list.matches(":popover-open")) this.list.hidePopover();
    this.input.setAttribute("aria-expanded", "false");
    this.showChosen();
  }

  showChosen() {
    const hint = plain(this.element.placeholder) || "Choose an option";
    this.input.value = this.many || !this.chosen.length ? "" : plain(this.chosen[0].text);
    this.input.placeholder = this.many && this.chosen.length ? "" : hint;
    this.chips.replaceChildren(...(this.many ? this.chosen.map((option) => this.chip(option)) : []));
    this.wipe.hidden = this.many || !this.spot.optional || !this.chosen.length;
  }

  chip(option) {
    const words = plain(option.text);
    const remove = h(
      "button",
      { type: "button", "aria-label": `Remove ${words}`, onclick: () => this.drop(option) },
      icon("close", 10),
    );
    return h("span", { class: "chip" }, words, remove);
  }
}
