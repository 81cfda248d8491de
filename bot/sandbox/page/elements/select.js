/* Slack's select menus, one or several choices, as a combobox with a list that filters while one types. */

import { html, useLayoutEffect, useRef, useState } from "../html.js";
import { Icon, IconButton } from "../icon.js";
import { useDirectory } from "../session.js";
import { plain } from "../text/pieces.js";
import { initialOptions, OptionWords } from "./options.js";
import { useSearch } from "./search.js";
import { useField } from "./surface.js";

/** A select for any of static, external, users, channels and conversations, single or multi_. */
export function Select({ element, blockId, spot }) {
  const { isMany, chosen, words, isChosen, pick, drop, clear } = useChoice({ element, blockId, spot });
  const [typed, setTyped] = useState(null); // null while the choice is shown
  const search = useSearch(element, blockId, isChosen);
  const input = useRef(null);
  const text = typed ?? words;
  const hint = plain(element.placeholder);
  const placeholder = isMany && chosen.length ? "" : hint || "Choose an option";
  const name = spot.label ? { "aria-labelledby": spot.label } : { "aria-label": hint || "Choose" };

  const open = (query) => search.open(query === words ? "" : query);
  const close = () => {
    search.close();
    setTyped(null);
  };
  const take = (option) => {
    pick(option);
    close();
  };
  const type = (event) => {
    setTyped(event.target.value);
    open(event.target.value);
  };
  const press = (event) => {
    const enter = () => take(search.options[search.active]);
    const act = { ArrowDown: () => search.step(1), ArrowUp: () => search.step(-1), Enter: enter }[event.key];
    if (event.key === "Backspace" && isMany && chosen.length && !text) return drop(chosen.at(-1));
    if (act && !search.isOpen) open(text);
    else if (act && search.options.length) act();
    else if (event.key === "Escape" && search.isOpen) close();
    else if (!act) return;
    event.preventDefault();
    event.stopPropagation();
  };
  /** A press beside the text field acts on it; one in the list must not take the focus away. */
  const grab = (event) => {
    if (event.target === input.current || event.target.closest("button")) return;
    event.preventDefault();
    if (event.target.closest(".select-list")) return;
    input.current.focus();
    open(text);
  };
  return html`
    <div class=${isMany ? "select select-many" : "select"} onMouseDown=${grab}>
      ${isMany && chosen.map((option) => html`
        <${Chip} key=${option.value} words=${plain(option.text)} drop=${() => drop(option)} />`)}
      <input ref=${input} id=${spot.id} class="select-input" ...${name} placeholder=${placeholder} value=${text}
        role="combobox" aria-expanded=${search.isOpen} aria-controls=${search.id} aria-autocomplete="list"
        aria-activedescendant=${search.activeId} autocomplete="off" spellcheck="false"
        autofocus=${element.focus_on_load} onFocus=${() => input.current.select()} onBlur=${close}
        onClick=${() => open(text)} onInput=${type} onKeyDown=${press} />
      ${!isMany && spot.optional && chosen.length > 0 && html`
        <${IconButton} class="icon-button select-clear" name="close" size=${12} label="Clear" onClick=${clear} />`}
      <${Icon} name="down" size=${14} />
      <${Options} search=${search} isChosen=${isChosen} pick=${take} />
    </div>`;
}

/** What is chosen, `words` for it where it is one, and how it changes. */
function useChoice({ element, blockId, spot }) {
  const directory = useDirectory();
  const isMany = element.type.startsWith("multi_");
  const read = (options) => (isMany ? options.map((option) => option.value) : (options[0]?.value ?? null));
  const [chosen, set] = useField({ element, blockId, spot }, () => initialOptions(element, directory), read);
  const isChosen = (option) => chosen.some((each) => each.value === option.value);
  const choose = (options) => {
    set(options);
    spot.changed(read(options));
  };
  const drop = (option) => choose(chosen.filter((each) => each.value !== option.value));
  const pick = (option) => {
    if (!isMany) choose([option]);
    else if (isChosen(option)) drop(option);
    else if (chosen.length < (element.max_selected_items ?? Infinity)) choose([...chosen, option]);
  };
  const words = isMany || !chosen.length ? "" : plain(chosen[0].text);
  return { isMany, chosen, words, isChosen, pick, drop, clear: () => choose([]) };
}

const Chip = ({ words, drop }) => html`
  <span class="chip">
    ${words}<${IconButton} class="chip-remove" name="close" size=${10} label="Remove ${words}" onClick=${drop} />
  </span>`;

function Options({ search, isChosen, pick }) {
  const list = useRef(null);
  useLayoutEffect(() => void list.current.togglePopover(search.isOpen), [search.isOpen]);
  useLayoutEffect(() => {
    list.current.querySelector("[data-active=true]")?.scrollIntoView({ block: "nearest" });
  }, [search.activeId]);
  const row = (option) => {
    const index = search.options.indexOf(option);
    return html`
      <${Option} key=${index} id="${search.id}-${index}" option=${option} isActive=${index === search.active}
        isChosen=${isChosen(option)} pick=${() => pick(option)} />`;
  };
  return html`
    <div ref=${list} id=${search.id} class="select-list" role="listbox" popover="manual" tabindex="-1">
      ${search.note && html`<div class="select-note" role="status">${search.note}</div>`}
      ${search.groups.map(({ label, options }) => html`
        ${label && html`<div class="select-group">${label}</div>`}
        ${options.map(row)}`)}
    </div>`;
}

const Option = ({ id, option, isActive, isChosen, pick }) => html`
  <div class="select-option" data-active=${isActive} id=${id} role="option" aria-selected=${isChosen} onClick=${pick}>
    <${OptionWords} option=${option} />
    ${isChosen && html`<span class="select-tick" aria-hidden="true">✓</span>`}
  </div>`;
