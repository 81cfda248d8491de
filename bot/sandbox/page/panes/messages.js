/* One place's messages, scrolled as in Slack: the view stays at the end while it is there. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { html } from "../html.js";
import { useLive } from "../motion.js";
import { dayOf } from "../text/dates.js";
import { keyOf, Message } from "./message.js";
import { Intro } from "./place.js";

const NEAR_END = 90; // pixels from the end within which new messages pull the view along
const SAME_BREATH = 300; // seconds within which a person's next message needs no name again

/** `awaited.current` is true after the person has sent something: what comes next is worth being seen. */
export function Messages({ place, messages, awaited }) {
  const { scroller, list, hasNews, toEnd } = useEnd(messages, awaited);
  const isLive = useLive(true);
  const rows = messages.map((message, index) => {
    const previous = messages[index - 1];
    const isNewDay = !previous || dayOf(previous.ts) !== dayOf(message.ts);
    return html`
      ${isNewDay && html`<div key="day of ${keyOf(message)}" class="day" role="separator"><span>${dayOf(message.ts)}</span></div>`}
      <${Message} key=${keyOf(message)} message=${message} place=${place} isLive=${isLive}
        isCompact=${!isNewDay && follows(message, previous)} />`;
  });
  return html`
    <div class="message-area">
      <div ref=${scroller} id="scroller" role="log" aria-label="Messages" tabindex="0">
        <div ref=${list} class="messages"><${Intro} place=${place} />${rows.flat()}</div>
      </div>
      ${hasNews && html`<button id="pill" type="button" onClick=${toEnd}>New messages ↓</button>`}
    </div>`;
}

function follows(message, previous) {
  const isSameHand = message.user === previous.user && !message.ephemeral && !previous.ephemeral;
  return isSameHand && Number(message.ts) - Number(previous.ts) < SAME_BREATH;
}

/** Keeps the scroller at its end, unless the person has scrolled away: then `hasNews` says that there is more. */
function useEnd(messages, awaited) {
  const [scroller, list] = [useRef(null), useRef(null)];
  const state = useRef({ isAtEnd: true, known: new Set() }).current;
  const [hasNews, setNews] = useState(false);
  const toEnd = () => {
    scroller.current.scrollTop = scroller.current.scrollHeight;
    setNews(false);
  };
  useLayoutEffect(() => {
    const watched = scroller.current;
    const resized = new ResizeObserver(() => state.isAtEnd && toEnd());
    for (const each of [watched, list.current]) resized.observe(each);
    const scrolled = () => {
      state.isAtEnd = watched.scrollHeight - watched.scrollTop - watched.clientHeight < NEAR_END;
      if (state.isAtEnd) setNews(false);
    };
    watched.addEventListener("scroll", scrolled, { passive: true });
    return () => resized.disconnect();
  }, []);
  useLayoutEffect(() => {
    const isMore = messages.some((message) => !state.known.has(keyOf(message)));
    state.known = new Set(messages.map(keyOf));
    if (isMore && awaited.current) Object.assign(state, { isAtEnd: true }, (awaited.current = false));
    if (state.isAtEnd) toEnd();
    else if (isMore) setNews(true);
  }, [messages]);
  return { scroller, list, hasNews, toEnd };
}
