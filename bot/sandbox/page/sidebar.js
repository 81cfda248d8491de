/* The channels and the app at the left, and the switch for who I am at the top. */

import { avatar } from "./directory.js";
import { h, icon } from "./dom.js";

export class Sidebar {
  /** `go(place)` is called with "#channel", "dm" or "home". */
  constructor({ node, directory, go }) {
    this.items = new Map();
    const channels = directory.channels.map((channel) =>
      this.item(`#${channel.name}`, icon("hash", 16), channel.name, go),
    );
    const app = [
      this.item("dm", avatar(directory.bot, 20), directory.bot.real_name, go),
      this.item("home", icon("home", 16), "Home", go),
    ];
    node.replaceChildren(
      h("h2", {}, "Channels"),
      h("ul", {}, channels),
      h("h2", {}, "Apps"),
      h("ul", {}, app),
    );
  }

  item(place, picture, words, go) {
    const badge = h("span", { class: "unread", hidden: true });
    const button = h(
      "button",
      { type: "button", class: "place", dataset: { place }, onclick: () => go(place) },
      picture,
      h("span", { class: "place-name" }, words),
      badge,
    );
    this.items.set(place, { button, badge });
    return h("li", {}, button);
  }

  /** Marks where one is, and how much is unread elsewhere: `unread` is a Map of place to number. Of the
   * channels only `places` are shown: those that the person is in. */
  show(current, unread, places) {
    for (const [place, { button, badge }] of this.items) {
      button.parentElement.hidden = place.startsWith("#") && !places.includes(place);
      const count = place === current ? 0 : (unread.get(place) ?? 0);
      button.classList.toggle("current", place === current);
      button.classList.toggle("has-unread", count > 0);
      if (place === current) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
      badge.hidden = count === 0;
      badge.textContent = String(count);
      badge.setAttribute("aria-label", `${count} unread`);
    }
  }
}

/** The people one can be. Each is a link, so that a new window may be another person. */
export class PersonSwitch {
  constructor({ node, directory, become }) {
    this.links = directory.people.map((person) => this.link(person, become));
    node.replaceChildren(h("span", { class: "switch-label", id: "switch-label" }, "You are"), ...this.links);
    node.addEventListener("keydown", (event) => this.step(event));
  }

  link(person, become) {
    const pick = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the browser opens a window
      event.preventDefault();
      become(person.name);
    };
    const words = [
      h("b", {}, (person.real_name || person.name).split(" ")[0]),
      person.guest && h("small", {}, "guest"),
    ];
    const title = `${person.real_name}, ${person.title}. Ctrl-click opens a window as this person.`;
    return h(
      "a",
      {
        href: `?as=${person.name}`,
        class: "person",
        role: "radio",
        dataset: { user: person.name },
        title,
        onclick: pick,
      },
      avatar(person, 26),
      words,
    );
  }

  step(event) {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === " ") document.activeElement.click();
    else if (by)
      this.links[
        (this.links.indexOf(document.activeElement) + by + this.links.length) % this.links.length
      ].focus();
    else return;
    event.preventDefault();
  }

  show(name) {
    for (const link of this.links) link.setAttribute("aria-checked", String(link.dataset.user === name));
  }
}
