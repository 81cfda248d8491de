/* The line one types into, with Slack's menu of slash commands, and the button for a file. */

import { html, useEffect, useLayoutEffect, useRef, useState } from "../html.js";
import { Icon } from "../icon.js";
import { useDirectory } from "../session.js";

const HISTORY = 50;
const HIGHEST = 160; // pixels the field may grow to

/** `send(text)` is called with what was typed, `share(files)` with what was chosen; `name` is that of the place. */
export function Composer({ place, name, send, share }) {
  const { commands } = useDirectory();
  const field = useRef(null);
  const [text, setText] = useState("");
  const [hasFocus, setFocus] = useState(false);
  const [dismissed, setDismissed] = useState(null); // the text at which Escape closed the menu
  const [active, setActive] = useState(0);
  const history = useRef({ sent: [], back: 0 }).current;
  const isMenu = hasFocus && /^\/\S*$/.test(text) && text !== dismissed;
  const found = isMenu ? commands.filter(({ command }) => command.startsWith(text.toLowerCase())) : [];

  const write = (next) => {
    setText(next);
    setActive(0);
    if (next !== text) setDismissed(null);
  };
  const pick = (index) => write(`${found[index].command} `);
  const submit = () => {
    const words = text.trim();
    if (!words) return;
    history.sent = [words, ...history.sent.filter((each) => each !== words)].slice(0, HISTORY);
    history.back = 0;
    write("");
    field.current.focus();
    send(words);
  };
  const press = (event) => {
    if (event.isComposing) return;
    const { key } = event;
    const step = { ArrowDown: 1, ArrowUp: -1 }[key];
    const isWhole = found[active]?.command === text; // a command already, which Enter sends
    if (found.length && step) setActive((active + step + found.length) % found.length);
    else if (found.length && (key === "Tab" || (key === "Enter" && !isWhole))) pick(active);
    else if (found.length && key === "Escape") setDismissed(text);
    else if (key === "Enter" && !event.shiftKey) submit();
    else if (step && recalls(history, text)) write(recall(history, step));
    else return;
    event.preventDefault();
  };
  useLayoutEffect(() => grow(field.current), [text]);
  useEffect(() => place !== "home" && field.current.focus(), [place]);
  return html`
    <${Menu} found=${found} active=${active} point=${setActive} pick=${pick} />
    <${Hint} command=${commands.find(({ command }) => text.startsWith(`${command} `))} />
    <div id="composer-box">
      <${FileButton} share=${share} />
      <textarea ref=${field} id="composer" rows="1" value=${text} placeholder="Message ${name}"
        aria-label="Message ${name}" role="combobox" aria-autocomplete="list" aria-controls="slash-menu"
        aria-expanded=${found.length > 0} aria-activedescendant=${found.length ? `slash-${active}` : ""}
        spellcheck="false" autocomplete="off"
        onInput=${(event) => write(event.target.value)} onKeyDown=${press}
        onFocus=${() => setFocus(true)} onBlur=${() => setFocus(false)} />
      <button id="send" type="button" aria-label="Send" title="Send (Enter)" disabled=${!text.trim()} onClick=${submit}>
        <${Icon} name="send" />
      </button>
    </div>`;
}

function FileButton({ share }) {
  const chosen = ({ target }) => {
    share([...target.files]);
    target.value = "";
  };
  return html`
    <label id="attach" title="Share a file, or drop it here">
      <${Icon} name="plus" />
      <input class="file-picker" type="file" aria-label="Share a file" onChange=${chosen} />
    </label>`;
}

function grow(field) {
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, HIGHEST)}px`;
}

/** Up and Down in an empty field go through what was sent before. */
const recalls = ({ sent, back }, text) => sent.length > 0 && (text === "" || text === sent[back - 1]);

function recall(history, step) {
  history.back = Math.max(0, Math.min(history.sent.length, history.back - step));
  return history.sent[history.back - 1] ?? "";
}

const Hint = ({ command: known }) =>
  known && html`<div id="slash-hint"><b>${known.command}</b> ${known.usage_hint || known.description}</div>`;

function Menu({ found, active, point, pick }) {
  const menu = useRef(null);
  useLayoutEffect(() => menu.current.querySelector(`#slash-${active}`)?.scrollIntoView({ block: "nearest" }), [active]);
  const press = (event, index) => {
    event.preventDefault(); // the field keeps the focus
    pick(index);
  };
  return html`
    <div ref=${menu} id="slash-menu" role="listbox" aria-label="Commands" hidden=${!found.length}>
      <div class="slash-title">Commands</div>
      ${found.map((each, index) => html`
        <div class="slash-row" role="option" id="slash-${index}" aria-selected=${index === active}
          onMouseDown=${(event) => press(event, index)} onMouseMove=${() => point(index)}>
          <div><b>${each.command}</b> <span class="slash-usage">${each.usage_hint}</span></div>
          <small>${each.description}</small>
        </div>`)}
    </div>`;
}
