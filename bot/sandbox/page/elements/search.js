/* The search behind a select: what is offered for what is typed, and which of it the arrow keys point to. */

import { useId, useMemo, useRef, useState } from "../html.js";
import { useDirectory } from "../session.js";
import { sourceOf } from "./options.js";
import { useSurface } from "./surface.js";

/** {id, isOpen, note, groups, options, active, activeId, open(query), close(), step(by)}; `isChosen(option)` marks. */
export function useSearch(element, blockId, isChosen) {
  const directory = useDirectory();
  const surface = useSurface();
  const id = useId();
  const suggest = (query) => surface.suggest(element, blockId, query);
  const source = useMemo(() => sourceOf(element, directory, suggest), [JSON.stringify(element)]);
  const [list, setList] = useState({ isOpen: false, note: "", groups: [], active: 0 });
  const asked = useRef({ turn: 0, pause: 0 }).current;
  const options = list.groups.flatMap((group) => group.options);

  /** What was asked before comes too late from now on. */
  const begin = () => {
    clearTimeout(asked.pause);
    asked.turn += 1;
    return asked.turn;
  };
  const show = (groups, note = "") => {
    const active = groups.flatMap((group) => group.options).findIndex(isChosen);
    setList({ isOpen: true, note, groups, active: Math.max(0, active) });
  };
  const ask = async (query, turn) => {
    const { groups, note } = await source.search(query).then(
      (found) => ({ groups: found.filter((group) => group.options.length), note: "No results" }),
      (problem) => ({ groups: [], note: problem.message }),
    );
    if (turn === asked.turn) show(groups, groups.length ? "" : note);
  };
  const open = (query) => {
    const turn = begin();
    if (query.trim().length < source.least) return show([], `Type ${source.least} or more characters`);
    if (source.wait || !list.isOpen) show([], source.wait ? "Searching…" : "");
    asked.pause = setTimeout(ask, query && source.wait, query, turn);
  };
  const close = () => {
    begin();
    setList((old) => ({ ...old, isOpen: false }));
  };
  const step = (by) => setList((old) => ({ ...old, active: (old.active + by + options.length) % options.length }));
  return { ...list, id, options, activeId: options.length ? `${id}-${list.active}` : "", open, close, step };
}
