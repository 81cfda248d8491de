/* The sandbox's control API: commands as POSTs, news as server-sent events. */

/**
 * Posts to /control/<verb>. Answers the server's object; a server that cannot be reached becomes {ok:
 * false, error}.
 */
export async function post(verb, body) {
  try {
    const answer = await fetch(`/control/${verb}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return await readAnswer(answer);
  } catch (problem) {
    return { ok: false, ack_ms: null, error: `The sandbox cannot be reached (${problem.message}).` };
  }
}

async function readAnswer(answer) {
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    return { ok: false, ack_ms: null, error: `The sandbox answered ${answer.status}: ${text.slice(0, 200)}` };
  }
}

/** People, channels, groups and slash commands. Throws when the sandbox cannot be reached. */
export async function readPeople() {
  const answer = await fetch("/control/people");
  if (!answer.ok) throw new Error(`/control/people answered ${answer.status}`);
  return answer.json();
}

/**
 * Reads a file that a person chose, as the control API wants it: {name, content_base64}, which keeps every
 * byte as it is.
 */
export async function readFile(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const letters = Array.from(bytes, (byte) => String.fromCharCode(byte));
  return { name: file.name, content_base64: btoa(letters.join("")) };
}

/** Whether the bot listens: true, false, or null where the sandbox does not say. */
export async function isBotThere() {
  const answer = await fetch("/healthz");
  if (!answer.ok) return null;
  const health = await answer.json();
  return health.connected ?? (typeof health.connections === "number" ? health.connections > 0 : null);
}

/** One person's stream of news. It opens itself again when it breaks, and says so through `link(open)`. */
export class Stream {
  constructor(user, { link, ...listeners }) {
    this.url = `/control/events?user=${encodeURIComponent(user)}`;
    this.link = link;
    this.listeners = listeners;
    this.open();
  }

  open() {
    this.source = new EventSource(this.url);
    this.source.onopen = () => this.link(true);
    this.source.onerror = () => this.lost();
    for (const [name, listen] of Object.entries(this.listeners)) {
      this.source.addEventListener(name, (event) => listen(JSON.parse(event.data)));
    }
  }

  lost() {
    this.link(false);
    // The browser tries again by itself unless the server answered with an error, which closes the stream
    // for good.
    if (this.source.readyState === EventSource.CLOSED) this.again = setTimeout(() => this.open(), 1500);
  }

  close() {
    clearTimeout(this.again);
    this.source.close();
  }
}
