/* The sandbox's control API: commands as POSTs, news as server-sent events. */

const AGAIN = 1500; // ms before what failed is tried again
const KINDS = ["state", "bot", "store", "log"];

const refused = (error) => ({ ok: false, ack_ms: null, error });

/** Posts to /control/<verb>. A server that cannot be reached, or answers with no JSON, becomes {ok: false, error}. */
export async function post(verb, body) {
  const headers = { "content-type": "application/json" };
  try {
    const answer = await fetch(`/control/${verb}`, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await answer.text();
    try {
      return JSON.parse(text);
    } catch {
      return refused(`The sandbox answered ${answer.status}: ${text.slice(0, 200)}`);
    }
  } catch (problem) {
    return refused(`The sandbox cannot be reached (${problem.message}).`);
  }
}

/** People, channels, groups and slash commands, asked for again and again; `failed(sentence)` hears of each failure. */
export async function readPeople(failed) {
  for (;;) {
    try {
      const answer = await fetch("/control/people");
      if (answer.ok) return await answer.json();
      failed(`The sandbox answered ${answer.status}. Trying again…`);
    } catch (problem) {
      failed(`The sandbox cannot be reached (${problem.message}). Trying again…`);
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN));
  }
}

/** Reads a file that a person chose: {name, content_base64}, which keeps every byte as it is. */
export async function readFile(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte));
  return { name: file.name, content_base64: btoa(letters.join("")) };
}

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
