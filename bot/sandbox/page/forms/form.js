/* Forms as dialogs: a stack of views, of which the topmost may be typed into. */

import { Blocks } from "../blocks/blocks.js";
import { Errors } from "../blocks/input_block.js";
import { useNewSurface } from "../elements/surface.js";
import { html, useId, useLayoutEffect, useRef, useState } from "../html.js";
import { IconButton } from "../icon.js";
import { useHeldFocus } from "../motion.js";
import { useSession } from "../session.js";
import { plain } from "../text/pieces.js";
import { Modal } from "./modal.js";

/** The stack of forms; the server says only which view is on top of it. */
export function Forms({ view }) {
  const stack = useRef([]);
  stack.current = withView(stack.current, view);
  const last = stack.current.length - 1;
  return stack.current.map((each, depth) => html`
    <${Form} key=${each.id} view=${each} depth=${depth} isCovered=${depth < last} />`);
}

function withView(stack, view) {
  if (!view) return [];
  const depth = stack.findIndex((each) => each.id === view.id);
  if (depth >= 0) return [...stack.slice(0, depth), view];
  return stack.length && view.previous_view_id === stack.at(-1).id ? [...stack, view] : [view];
}

function Form({ view, depth, isCovered }) {
  const { act } = useSession();
  const [answer, setAnswer] = useState({ ok: true });
  const dialog = useHeldFocus(focusFirst);
  const submitButton = useRef(null);
  const title = useId();
  const problem = problemOf(view, answer);
  const tell = async (verb, body) => {
    const said = await act(verb, body);
    if (verb !== "suggest") setAnswer(said);
    return said;
  };
  const surface = useNewSurface(tell, { channel: "form" });
  const cancel = () => act("cancel", {});
  const submit = async (event) => {
    event.preventDefault();
    const button = submitButton.current;
    if (!button || button.ariaBusy) return;
    surface.dropTyping();
    button.ariaBusy = "true";
    await tell("submit", { values: surface.values() });
    button.ariaBusy = null;
  };
  useLayoutEffect(() => focusFirst(dialog.current), []);
  useLayoutEffect(() => isCovered && surface.dropTyping(), [isCovered]);
  useLayoutEffect(() => dialog.current.querySelector(".faulty :is(input, textarea)")?.focus(), [answer]);
  return html`
    <${Modal} node=${dialog} kind="form" isCovered=${isCovered} titleId=${title} onEscape=${cancel}>
      <form novalidate onSubmit=${submit}>
        <header class="dialog-head">
          ${(depth > 0 || view.previous_view_id) && html`<${IconButton} name="left" label="Back" onClick=${cancel} />`}
          <h2 class="dialog-title" id=${title}>${plain(view.title)}</h2>
          <${IconButton} name="close" label="Close" onClick=${cancel} />
        </header>
        ${problem && html`<div key="problem" class="form-problem" role="alert">${problem}</div>`}
        <div key="body" class="dialog-body">
          <${Errors.Provider} value=${answer.errors ?? {}}><${Blocks} blocks=${view.blocks} surface=${surface} /><//>
        </div>
        <footer class="dialog-foot">
          <button type="button" class="button" onClick=${cancel}>${plain(view.close) || "Cancel"}</button>
          ${view.submit && html`
            <button ref=${submitButton} class="button button-primary">${plain(view.submit)}</button>`}
        </footer>
      </form>
    <//>`;
}

function focusFirst(dialog) {
  const wanted = ["[autofocus]", ".dialog-body :is(input, textarea, button)", ".button-primary", "button"];
  wanted.map((selector) => dialog.querySelector(selector)).find(Boolean).focus();
}

/** What the app has against the form as a whole. */
function problemOf(view, { ok, error, errors }) {
  if (!errors) return ok ? "" : error;
  const fields = new Set(view.blocks.flatMap((block) => [block.label && block.block_id, plain(block.label)]));
  const rest = Object.entries(errors).filter(([name]) => !fields.has(name));
  return rest.map(([, sentence]) => sentence).join(" ");
}
