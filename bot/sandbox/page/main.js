/* The page: where I am, who I am, and the news that redraw it. Address: ?as=ana#segments */

import { isBotThere, post, readPeople, Stream } from "./api.js";
import { AuditPane } from "./audit.js";
import { Composer } from "./composer.js";
import { Forms } from "./dialog.js";
import { Directory } from "./directory.js";
import { Messages } from "./messages.js";
import { HomeTab, intro, placeHead, placeName } from "./places.js";
import { SegmentsPane } from "./segments.js";
import { PersonSwitch, Sidebar } from "./sidebar.js";
import { Status } from "./status.js";

const LOOK = 3000; // ms between two looks at whether the bot is connected

const byId = (id) => document.getElementById(id);

const DEEDS = { type: "Sent", submit: "Form submitted", cancel: "Form closed", home: "Home opened" };

class Page {
  constructor(directory) {
    Object.assign(this, {
      directory,
      me: null,
      place: null,
      state: null,
      seen: new Map(),
      unread: new Map(),
    });
    const send = (verb, body) => this.post(verb, body);
    this.status = new Status({ line: byId("status"), banner: byId("banner") });
    this.messages = new Messages({ scroller: byId("scroller"), pill: byId("pill"), directory, post: send });
    this.home = new HomeTab({ scroller: byId("scroller"), directory, post: send });
    this.sidebar = new Sidebar({ node: byId("sidebar"), directory, go: (place) => this.go(place) });
    this.people = new PersonSwitch({ node: byId("people"), directory, become: (name) => this.become(name) });
    this.segments = new SegmentsPane({ list: byId("segments"), totals: byId("segments-totals") });
    this.audit = new AuditPane({ list: byId("audit"), totals: byId("audit-totals"), directory });
    this.composer = this.makeComposer();
  }

  makeComposer() {
    const parts = {
      field: byId("composer"),
      menu: byId("slash-menu"),
      hint: byId("slash-hint"),
      button: byId("send"),
    };
    return new Composer({ ...parts, commands: this.directory.commands, send: (text) => this.send(text) });
  }

  /**
   * Posts as the person I am, and says how it went. A closed window's answer to an earlier person is not
   * shown.
   */
  async post(verb, body) {
    const me = this.me;
    const answer = await post(verb, { user: me, ...body });
    if (verb !== "suggest" && me === this.me) this.status.tell(deed(verb, body), answer);
    return answer;
  }

  send(text) {
    this.messages.expect();
    return this.post("type", { channel: this.place, text });
  }

  /** Makes me another person: their channels, their forms, their stream. */
  become(name) {
    if (name === this.me) return;
    this.me = name;
    this.stream?.close();
    this.forms?.show(null);
    this.forms = new Forms({ directory: this.directory, post: (verb, body) => this.post(verb, body) });
    this.state = null;
    this.messages.become(name);
    this.home.leave();
    this.people.show(name);
    this.writeAddress();
    this.stream = new Stream(name, {
      link: (open) => this.status.link(open),
      state: (state) => this.hear(state, name),
      store: (store) => this.segments.show(store),
      log: (log) => this.audit.add(log.entries),
    });
    if (this.place === "home") this.post("home", {});
  }

  go(place) {
    this.place = place;
    this.home.leave();
    this.messages.leave();
    this.writeAddress();
    byId("place-head").replaceChildren(...placeHead(place, this.directory, (next) => this.go(next)));
    byId("main").dataset.kind = place === "home" ? "home" : "messages";
    this.composer.speakTo(placeName(place, this.directory));
    if (this.me && place === "home") this.post("home", {});
    this.redraw();
    if (place !== "home") byId("composer").focus();
  }

  writeAddress() {
    history.replaceState(null, "", `?as=${this.me ?? ""}#${this.place.replace("#", "")}`);
    const who = this.me ? this.directory.firstName(this.me) : "";
    document.title = `${placeName(this.place, this.directory)} · ${who} · Segment Bot sandbox`;
  }

  /** Looks now and then whether the bot is there; a sandbox that does not answer shows in the stream. */
  async watchBot() {
    for (;;) {
      if (!document.hidden) this.status.bot(await isBotThere().catch(() => null));
      await new Promise((resolve) => setTimeout(resolve, LOOK));
    }
  }

  hear(state, name) {
    if (name !== this.me) return;
    const isFirst = this.state === null;
    this.state = state;
    this.countUnread(isFirst);
    if (this.place.startsWith("#") && !(this.place in state.channels))
      this.go(Object.keys(state.channels)[0]);
    else this.redraw();
    this.forms.show(state.form);
  }

  placesWithMessages() {
    return [...Object.entries(this.state.channels), ["dm", this.state.dms ?? []]];
  }

  countUnread(isFirst) {
    for (const [place, messages] of this.placesWithMessages()) {
      const newest = Math.max(0, ...messages.map((message) => Number(message.ts)));
      if (isFirst || place === this.place) this.seen.set(place, newest);
      const fresh = messages.filter(
        (message) => Number(message.ts) > (this.seen.get(place) ?? 0) && message.user !== this.me,
      );
      this.unread.set(place, fresh.length);
    }
  }

  redraw() {
    if (!this.state) return;
    if (this.place === "home") this.home.show(this.state.home);
    else this.messages.show(this.place, this.here(), intro(this.place, this.directory));
    this.countUnread(false);
    this.sidebar.show(this.place, this.unread, Object.keys(this.state.channels));
  }

  here() {
    return (this.place === "dm" ? this.state.dms : this.state.channels[this.place]) ?? [];
  }
}

function deed(verb, body) {
  if (verb === "press") return "Pressed";
  if (verb === "type" && body.text.startsWith("/")) return body.text;
  return DEEDS[verb] ?? verb;
}

/** A button that shows and hides what it controls. */
function fold(button, show) {
  button.addEventListener("click", () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    show(open);
  });
}

function foldPanes() {
  fold(byId("panes-toggle"), (open) => document.body.classList.toggle("without-panes", !open));
  for (const name of ["segments", "audit"]) {
    fold(byId(`${name}-toggle`), (open) => byId(`${name}-pane`).classList.toggle("folded", !open));
  }
}

/** The people, asked for again and again until the sandbox is there. */
async function peopleWhenThere() {
  for (;;) {
    try {
      return await readPeople();
    } catch (problem) {
      byId("banner").textContent = `The sandbox cannot be reached (${problem.message}). Trying again…`;
      byId("banner").hidden = false;
      await new Promise((resolve) => setTimeout(resolve, 1500));
    }
  }
}

/** The place and person that the address names, or the first of each. */
function wanted(directory) {
  const place = decodeURIComponent(location.hash.slice(1));
  const name = new URLSearchParams(location.search).get("as");
  const channel = directory.channels.find((each) => each.name === place) ?? directory.channels[0];
  const person = directory.people.find((each) => each.name === name) ?? directory.people[0];
  return { place: ["dm", "home"].includes(place) ? place : `#${channel.name}`, name: person.name };
}

async function start() {
  foldPanes();
  const directory = new Directory(await peopleWhenThere());
  byId("banner").hidden = true;
  const page = new Page(directory);
  const { place, name } = wanted(directory);
  page.go(place);
  page.become(name);
  page.watchBot();
}

start();
