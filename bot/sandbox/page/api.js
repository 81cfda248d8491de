/* The sandbox's control API: commands as POSTs, news as server-sent events. */

const AGAIN = 1500; // ms before what failed is tried again
const KINDS = ["state", "bot", "store", "log"];

/** Posts to /control/<verb>. A server that cannot be reached becomes {ok: false, error}. */
export async function post(verb, body) {
  const headers = { "content-type": "application/json" };
  try {
    const answer = await fetch(`/control/${verb}`, { method: "POST", headers, body: JSON.stringify(body) });
    return await answer.json();
  } catch (problem) {
    return { ok: false, ack_ms: null, error: unreachable(problem) };
  }
}

/** People, channels, groups and commands, asked for again and again; `failed(sentence)` hears of each failure. */
export async function readPeople(failed) {
  try {
    const answer = await fetch("/control/people");
    return await answer.json();
  } catch (problem) {
    failed(`${unreachable(problem)} Trying again…`);
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
    return readPeople(failed);
  }
}

const unreachable = (problem) => `The sandbox can't be reached (${problem.message}).`;

/** Follows one person's stream of news: `hear(kind, body)`, of kind "link" when it breaks or opens. Answers its end. */
export function follow(user, hear) {
  let source, again;
  const open = () => {
    source = new EventSource(`/control/events?user=${encodeURIComponent(user)}`);
    source.addEventListener("open", () => hear("link", true));
    source.addEventListener("error", lost);
    for (const kind of KINDS) source.addEventListener(kind, (event) => hear(kind, JSON.parse(event.data)));
  };
  const lost = () => {
    hear("link", false);
    // The browser tries again by itself, unless the server answered with an error.
    if (source.readyState === EventSource.CLOSED) again = setTimeout(open, AGAIN);
  };
  open();
  return () => {
    clearTimeout(again);
    source.close();
  };
}
