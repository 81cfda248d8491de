/* The file_input element: files that are chosen or dropped, read at once: [{name, content_base64}]. */

import { sizeWords } from "../blocks/file.js";
import { html, useRef } from "../html.js";
import { Icon, IconButton } from "../icon.js";
import { bytesIn, readFile } from "../read_file.js";
import { useField } from "./surface.js";

export function FileInput({ element, blockId, spot }) {
  const [files, set] = useField({ element, blockId, spot }, () => []);
  const picker = useRef(null);
  const most = element.max_files ?? 10;
  const kinds = element.filetypes?.map((type) => `.${type}`) ?? [];
  const add = async (chosen) => {
    const read = await Promise.all([...chosen].map(readFile));
    picker.current.value = "";
    set([...(most === 1 ? [] : files), ...read].slice(0, most));
  };
  const drop = (file) => {
    set(files.filter((each) => each !== file));
    picker.current.focus();
  };
  const dropped = (event) => {
    event.preventDefault();
    add(event.dataTransfer.files);
  };
  return html`
    <div class="drop-zone" onDragOver=${(event) => event.preventDefault()} onDrop=${dropped}>
      <label class="drop-label">
        Drag ${most === 1 ? "a file" : `up to ${most} files`} here, or${" "}
        <span class="drop-link">choose from this computer</span>
        <input ref=${picker} id=${spot.id} class="file-picker" type="file" multiple=${most > 1} accept=${kinds.join()}
          onChange=${(event) => add(event.target.files)} />
        ${kinds.length > 0 && html`<small>${kinds.join(" ")}</small>`}
      </label>
      <ul class="file-list">
        ${files.map((file) => html`
          <li>
            <${Icon} name="file" size=${16} /><span>${file.name}</span>
            <small>${sizeWords(bytesIn(file.content_base64))}</small>
            <${IconButton} name="close" size=${14} label="Remove ${file.name}" onClick=${() => drop(file)} />
          </li>`)}
      </ul>
    </div>`;
}
