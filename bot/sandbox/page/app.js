/* The page: where I am, who I am, and the news that redraw it. Address: ?as=ana#segments */

import { follow, post } from "./api.js";
import { Forms } from "./forms/form.js";
import { useConfirm } from "./forms/confirm.js";
import { html, useEffect, useMemo, useReducer, useRef, useState } from "./html.js";
import { AuditPane } from "./panes/audit.js";
import { Composer } from "./panes/composer.js";
import { useDrop } from "./panes/drop.js";
import { HomeTab } from "./panes/home_tab.js";
import { Messages } from "./panes/messages.js";
import { isChannel, PlaceHead, placeName } from "./panes/place.js";
import { SegmentsPane } from "./panes/segments.js";
import { Sidebar } from "./panes/sidebar.js";
import { Banner, Status } from "./panes/status.js";
import { Topbar } from "./panes/topbar.js";
import { readFile } from "./read_file.js";
import { Session } from "./session.js";

/** `first` is {me, place}: what the address names. */
export function App({ directory, first }) {
  const [me, setMe] = useState(first.me);
  const [wanted, setPlace] = useState(first.place);
  const [hasPanes, setPanes] = useState(matchMedia("(min-width: 861px)").matches);
  const { isLinked, bot, store, entries, state } = useNews(me);
  const { act, last, awaited } = useActs(me);
  const [question, confirm] = useConfirm();
  const channels = state?.channels ?? {};
  const place = state && isChannel(wanted) && !(wanted in channels) ? Object.keys(channels)[0] : wanted;
  const unread = useUnread(state, place, me);
  const messages = state && messagesIn(state, place);
  const send = (text) => act("type", { channel: place, text });
  const share = (files) => files.map(async (file) => act("upload", { channel: place, ...(await readFile(file)) }));
  const drop = useDrop(place !== "home", share);
  useAddress(directory, me, place);
  useEffect(() => {
    if (place === "home") act("home", {});
  }, [me, place]);
  return html`
    <${Session.Provider} value=${{ directory, me, act, confirm }}>
      <${Topbar} me=${me} become=${setMe} hasPanes=${hasPanes} togglePanes=${() => setPanes(!hasPanes)} />
      <div id="layout" class=${hasPanes ? "" : "without-panes"}>
        <${Sidebar} current=${place} unread=${unread} places=${Object.keys(channels)} go=${setPlace} />
        <main id="main" data-kind=${place === "home" ? "home" : "messages"} ...${drop}>
          <${PlaceHead} place=${place} go=${setPlace} />
          <${Banner} isLinked=${isLinked} isConnected=${bot.connected} />
          ${place === "home"
            ? html`<${HomeTab} key=${me} view=${state?.home} />`
            : messages && html`
              <${Messages} key="${me} ${place}" place=${place} messages=${messages} awaited=${awaited} />`}
          <div id="composer-area">
            <${Composer} place=${place} name=${placeName(place, directory)} send=${send} share=${share} />
            <${Status} last=${last} />
          </div>
        </main>
        <aside id="panes" aria-label="Store and audit log">
          <${SegmentsPane} store=${store} />
          <${AuditPane} entries=${entries} />
        </aside>
      </div>
      <${Forms} key=${me} view=${state?.form} />
      ${question}
    <//>`;
}

const NO_NEWS = { isLinked: true, bot: { connected: true }, store: null, entries: new Map() };

/** What the sandbox says: {isLinked, bot, store, entries}, and the `state` that the person sees, once it is known. */
function useNews(me) {
  const [news, hear] = useReducer(withNews, NO_NEWS);
  useEffect(() => follow(me, (kind, body) => hear({ kind, body, me })), [me]);
  return { ...news, state: news.viewer === me ? news.state : null };
}

function withNews(news, { kind, body, me }) {
  if (kind === "link") return { ...news, isLinked: body };
  if (kind === "state") return { ...news, state: body, viewer: me };
  if (kind !== "log") return { ...news, [kind]: body };
  const fresh = body.entries.map((entry) => [entry.number, entry]);
  return { ...news, entries: new Map([...news.entries, ...fresh]) };
}

/** How the person acts: act(verb, body), the last act with its answer, and whether something is awaited from it. */
function useActs(me) {
  const [last, setLast] = useState(null);
  const awaited = useRef(false);
  const now = useRef(me);
  now.current = me;
  const act = async (verb, body) => {
    if (["type", "upload", "press"].includes(verb)) awaited.current = true;
    const answer = await post(verb, { user: me, ...body });
    if (verb !== "suggest" && now.current === me) setLast({ verb, body, answer });
    return answer;
  };
  return { act, last, awaited };
}

const messagesIn = (state, place) => (place === "dm" ? state.dms : state.channels[place]);

/** How many messages of others came to each place since the person looked at it: a Map. */
function useUnread(state, current, me) {
  const seen = useMemo(() => new Map(), [me]);
  const places = state ? [...Object.keys(state.channels), "dm"] : [];
  return new Map(places.map((place) => {
    const messages = messagesIn(state, place);
    const newest = Math.max(0, ...messages.map((message) => Number(message.ts)));
    if (place === current || !seen.has(place)) seen.set(place, newest);
    const isNew = (message) => Number(message.ts) > seen.get(place) && message.user !== me;
    return [place, messages.filter(isNew).length];
  }));
}

function useAddress(directory, me, place) {
  useEffect(() => {
    history.replaceState(null, "", `?as=${me}#${place.replace("#", "")}`);
    document.title = `${placeName(place, directory)} · ${directory.firstName(me)} · Segment Bot sandbox`;
  }, [me, place]);
}
