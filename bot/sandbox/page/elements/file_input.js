/* The file_input element: files that are chosen or dropped. Its value is a list of the browser's Files. */

import { useRef } from "preact/hooks";

import { sizeWords } from "../blocks/file.js";
import { html } from "../html.js";
import { Icon, IconButton } from "../icon.js";
import { useField } from "./field.js";

export function FileInput({ element, blockId, spot }) {
  const [chosen, set] = useField({ element, blockId, spot }, () => []);
  const picker = useRef(null);
  const most = element.max_files ?? 10;
  const kinds = element.filetypes?.map((type) => `.${type}`) ?? [];
  const add = (files) => {
    const all = most === 1 ? [...files].slice(0, 1) : [...chosen, ...files].slice(0, most);
    picker.current.value = "";
    set(all);
    spot.changed(all);
  };
  const drop = (file) => {
    set(chosen.filter((each) => each !== file));
    picker.current.focus();
  };
  const dropped = (event) => {
    event.preventDefault();
    add(event.dataTransfer.files);
  };
  return html`
    <div class="drop-zone" onDragOver=${(event) => event.preventDefault()} onDrop=${dropped}>
      <label class="drop-label">
        Drag ${most === 1 ? "a file" : `up to ${most} files`} here, or <span class="drop-link">choose from this computer</span>
        <input ref=${picker} type="file" id=${spot.id} class="file-picker" multiple=${most > 1} accept=${kinds.join(",")}
          onChange=${(event) => add(event.target.files)} />
        ${kinds.length > 0 && html`<small>${kinds.join(" ")}</small>`}
      </label>
      <ul class="file-list">
        ${chosen.map((file) => html`
          <li>
            <${Icon} name="file" size=${16} /><span>${file.name}</span><small>${sizeWords(file.size)}</small>
            <${IconButton} name="close" size=${14} label="Remove ${file.name}" onClick=${() => drop(file)} />
          </li>`)}
      </ul>
    </div>`;
}
