/* One place's messages, scrolled as in Slack: the view stays at the end while it is there. */

import { html, useLayoutEffect, useRef, useState } from "../html.js";
import { useLive } from "../motion.js";
import { dayOf } from "../text/dates.js";
import { keyOf, Message } from "./message.js";
import { Intro } from "./place.js";

const NEAR_END = 90; // pixels from the end within which new messages pull the view along
const SAME_BREATH = 300; // seconds within which a person's next message needs no name again

/** `awaited.current` is true after the person has sent something: what comes next is worth being seen. */
export function Messages({ place, messages, awaited }) {
  const { scroller, scrolled, hasNews, toEnd } = useEnd(messages, awaited);
  const isLive = useLive(true);
  const rows = messages.flatMap((message, index) => {
    const previous = messages[index - 1];
    const day = dayOf(message.ts);
    const isNewDay = !previous || dayOf(previous.ts) !== day;
    const isCompact = !isNewDay && follows(message, previous);
    const key = keyOf(message);
    return [
      isNewDay && html`<div key="day ${key}" class="day" role="separator"><span>${day}</span></div>`,
      html`<${Message} key=${key} message=${message} place=${place} isLive=${isLive} isCompact=${isCompact} />`,
    ];
  });
  return html`
    <div class="message-area">
      <div ref=${scroller} id="scroller" role="log" aria-label="Messages" tabindex="0" onScroll=${scrolled}>
        <div class="messages"><${Intro} place=${place} />${rows}</div>
      </div>
      ${hasNews && html`<button id="pill" type="button" onClick=${toEnd}>New messages ↓</button>`}
    </div>`;
}

function follows(message, previous) {
  const isSameHand = message.user === previous.user && !message.ephemeral && !previous.ephemeral;
  return isSameHand && Number(message.ts) - Number(previous.ts) < SAME_BREATH;
}

/** The style sheet keeps the scroller at its end. `hasNews` says that there is more, where one has scrolled away. */
function useEnd(messages, awaited) {
  const scroller = useRef(null);
  const known = useRef(new Set());
  const [hasNews, setNews] = useState(false);
  // It counts from its end; the event of a scroll may come when the pane is gone already.
  const isAtEnd = () => (scroller.current?.scrollTop ?? 0) > -NEAR_END;
  const toEnd = () => (scroller.current.scrollTop = 0);
  useLayoutEffect(() => {
    const isMore = messages.some((message) => !known.current.has(keyOf(message)));
    known.current = new Set(messages.map(keyOf));
    if (!isMore) return;
    if (awaited.current || isAtEnd()) toEnd();
    else setNews(true);
    awaited.current = false;
  }, [messages]);
  return { scroller, hasNews, toEnd, scrolled: () => isAtEnd() && setNews(false) };
}
