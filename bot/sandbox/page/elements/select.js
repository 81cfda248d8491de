/* Slack's select menus, one or several choices, as a combobox with a list that filters while one types. */

import { useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";

import { html } from "../html.js";
import { Icon } from "../icon.js";
import { useDirectory } from "../session.js";
import { plain } from "../text/pieces.js";
import { useField } from "./field.js";
import { initialOptions, sourceOf } from "./options.js";
import { useSurface } from "./surface.js";

/** A select for any of static, external, users, channels and conversations, single or multi_. */
export function Select({ element, blockId, spot }) {
  const isMany = element.type.startsWith("multi_");
  const directory = useDirectory();
  const first = () => initialOptions(element, directory);
  const read = (options) => (isMany ? options.map((option) => option.value) : (options[0]?.value ?? null));
  const [chosen, set] = useField({ element, blockId, spot }, first, read);
  const [text, setText] = useState(null); // what is typed; null while the choice is shown
  const search = useSearch(element, blockId);
  const input = useRef(null);
  const words = isMany || !chosen.length ? "" : plain(chosen[0].text);

  const choose = (options) => {
    set(options);
    spot.changed(read(options));
  };
  const close = () => {
    search.close();
    setText(null);
  };
  const pick = (option) => {
    choose(isMany ? toggled(chosen, option, element.max_selected_items) : [option]);
    close();
  };
  const drop = (option) => choose(chosen.filter((each) => each !== option));
  const clear = () => {
    choose([]);
    close();
    input.current.focus();
  };
  const open = (typed) => search.open(isMany || typed !== words ? typed : "");
  const type = (event) => {
    setText(event.target.value);
    open(event.target.value);
  };
  const press = (event) => pressed(event, { search, open: () => open(text ?? words), pick, close, drop: () => isMany && chosen.length && drop(chosen.at(-1)) });
  // A press beside the text field acts on it; one in the list must not take the focus away.
  const grab = (event) => {
    if (event.target === input.current || event.target.closest("button")) return;
    event.preventDefault();
    if (event.target.closest(".select-list")) return;
    input.current.focus();
    open(text ?? words);
  };
  const placeholder = plain(element.placeholder);
  return html`
    <div class=${isMany ? "select select-many" : "select"} onMouseDown=${grab}>
      ${isMany && chosen.map((option) => html`<${Chip} key=${option.value} words=${plain(option.text)} drop=${() => drop(option)} />`)}
      <input ref=${input} id=${spot.id} class="select-input" role="combobox" aria-expanded=${search.isOpen}
        aria-controls=${search.id} aria-autocomplete="list" aria-activedescendant=${search.activeId} autocomplete="off"
        spellcheck="false" autofocus=${element.focus_on_load} placeholder=${isMany && chosen.length ? "" : placeholder || "Choose an option"}
        ...${spot.label ? { "aria-labelledby": spot.label } : { "aria-label": placeholder || "Choose" }}
        value=${text ?? words} onFocus=${() => input.current.select()} onClick=${() => open(text ?? words)}
        onInput=${type} onKeyDown=${press} onBlur=${close} />
      ${!isMany && spot.optional && chosen.length > 0 && html`
        <button type="button" class="icon-button select-clear" aria-label="Clear" onClick=${clear}><${Icon} name="close" size=${12} /></button>`}
      <${Icon} name="down" size=${14} />
      <${Options} search=${search} chosen=${chosen} pick=${pick} />
    </div>`;
}

/** The search behind the list: {id, isOpen, note, groups, options, active, activeId, open(query), close(), step(by)}. */
function useSearch(element, blockId) {
  const directory = useDirectory();
  const surface = useSurface();
  const id = useId();
  const source = useMemo(() => sourceOf(element, directory, (query) => surface.suggest(element, blockId, query)), [JSON.stringify(element)]);
  const [list, setList] = useState({ isOpen: false, note: "", groups: [], active: 0 });
  const asked = useRef({ turn: 0 });
  const options = list.groups.flatMap((group) => group.options);
  const say = (note) => setList({ isOpen: true, note, groups: [], active: 0 });

  const ask = async (query, turn) => {
    const { groups = [], note = "No results" } = await source.search(query).then(
      (found) => ({ groups: found.filter((group) => group.options.length) }),
      (problem) => ({ note: problem.message }),
    );
    if (turn === asked.current.turn) setList({ isOpen: true, note: groups.length ? "" : note, groups, active: 0 });
  };
  const close = () => {
    clearTimeout(asked.current.pause);
    asked.current.turn += 1; // an answer to what was typed before comes too late
    setList((old) => ({ ...old, isOpen: false }));
  };
  const open = (query) => {
    clearTimeout(asked.current.pause);
    const turn = ++asked.current.turn;
    if (query.trim().length < source.least) return say(`Type ${source.least} or more characters`);
    if (source.wait || !list.isOpen) say(source.wait ? "Searching…" : "");
    asked.current.pause = setTimeout(ask, query && source.wait, query, turn);
  };
  const step = (by) => setList((old) => ({ ...old, active: (old.active + by + options.length) % options.length }));
  return { ...list, id, options, activeId: options.length ? `${id}-${list.active}` : "", open, close, step };
}

function pressed(event, { search, open, pick, close, drop }) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Backspace" && !event.target.value) return drop();
  if (by || event.key === "Enter") {
    if (!search.isOpen) open();
    else if (search.options.length) by ? search.step(by) : pick(search.options[search.active]);
  } else if (event.key === "Escape" && search.isOpen) close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function toggled(chosen, option, most = Infinity) {
  if (chosen.some((each) => each.value === option.value)) return chosen.filter((each) => each.value !== option.value);
  return chosen.length < most ? [...chosen, option] : chosen;
}

const Chip = ({ words, drop }) => html`
  <span class="chip">
    ${words}<button type="button" aria-label="Remove ${words}" onClick=${drop}><${Icon} name="close" size=${10} /></button>
  </span>`;

function Options({ search, chosen, pick }) {
  const list = useRef(null);
  useLayoutEffect(() => list.current.togglePopover(search.isOpen), [search.isOpen]);
  useLayoutEffect(() => list.current.querySelector(".active")?.scrollIntoView({ block: "nearest" }), [search.activeId]);
  const isChosen = (option) => chosen.some((each) => each.value === option.value);
  let count = 0;
  return html`
    <div ref=${list} id=${search.id} class="select-list" role="listbox" popover="manual" tabindex="-1">
      ${search.note && html`<div class="select-note" role="status">${search.note}</div>`}
      ${search.groups.map((group) => html`
        ${group.label && html`<div class="select-group">${group.label}</div>`}
        ${group.options.map((option) => html`
          <${Option} id="${search.id}-${count}" option=${option} isActive=${count++ === search.active}
            isChosen=${isChosen(option)} pick=${() => pick(option)} />`)}`)}
    </div>`;
}

const Option = ({ id, option, isActive, isChosen, pick }) => html`
  <div class=${isActive ? "select-option active" : "select-option"} role="option" id=${id} aria-selected=${isChosen} onClick=${pick}>
    <span>${plain(option.text)}${option.description && html`<small>${plain(option.description)}</small>`}</span>
    ${isChosen && html`<span class="select-tick" aria-hidden="true">✓</span>`}
  </div>`;
