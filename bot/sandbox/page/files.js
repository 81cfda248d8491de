/* Files: a chip with name, size and download; and the file_input element of forms. */

import { h, icon, isSafeUrl } from "./dom.js";

const LOCAL_HOSTS = ["127.0.0.1", "localhost"];

/** "1.2 kB" for a number of bytes. */
export function sizeWords(bytes) {
  if (typeof bytes !== "number") return "";
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/**
 * A file in a message, for the person `viewer`. `file` is Slack's file object: name, title, size, and one
 * of its addresses.
 */
export function fileChip(file, viewer) {
  const url = addressOf(file, viewer);
  const kind = (file.filetype ?? file.name?.split(".").pop() ?? "").toUpperCase();
  const size = [kind, sizeWords(file.size)].filter(Boolean).join(" · ");
  const words = h("span", { class: "file-words" }, h("b", {}, file.title || file.name), h("small", {}, size));
  const inner = [h("span", { class: "file-icon" }, icon("file", 20)), words];
  if (!url) return h("div", { class: "file" }, inner);
  const label = `Download ${file.name}`;
  return h(
    "a",
    { class: "file", href: url, download: file.name ?? "", "aria-label": label, title: label },
    inner,
    icon("download"),
  );
}

/**
 * Where a file is downloaded. The sandbox gives it to who may see it, which `as` says: what the session
 * does in Slack.
 */
function addressOf(file, viewer) {
  const url = [file.url, file.url_private_download, file.url_private, file.permalink].find(
    (each) => each && isSafeUrl(each),
  );
  if (!url) return null;
  const address = new URL(url, location.href);
  const isOurs = LOCAL_HOSTS.includes(address.hostname) && address.pathname.startsWith("/files/");
  return isOurs ? `${address.pathname}?as=${encodeURIComponent(viewer ?? "")}` : url;
}

/**
 * The file_input field; its value is a list of browser Files. `spot.kept` are those chosen before a
 * redraw.
 */
export function fileField(element, spot) {
  const most = element.max_files ?? 10;
  let chosen = spot.kept ?? [];
  const list = h("ul", { class: "file-list" });
  const accept = element.filetypes?.map((type) => `.${type}`).join(",");
  const picker = h("input", {
    type: "file",
    id: spot.id,
    class: "file-picker",
    multiple: most > 1,
    accept,
    onchange: () => add(picker.files),
  });

  const add = (files) => {
    chosen = most === 1 ? [...files].slice(0, 1) : [...chosen, ...files].slice(0, most);
    picker.value = "";
    redraw();
    spot.changed(chosen);
  };
  const drop = (file) => {
    chosen = chosen.filter((each) => each !== file);
    redraw();
    picker.focus();
  };
  const redraw = () => list.replaceChildren(...chosen.map((file) => fileRow(file, drop)));
  redraw();
  return {
    node: dropZone(picker, list, most, element.filetypes, add),
    read: () => chosen,
    keep: () => chosen,
  };
}

function fileRow(file, drop) {
  const remove = h(
    "button",
    { type: "button", class: "icon-button", "aria-label": `Remove ${file.name}`, onclick: () => drop(file) },
    icon("close", 14),
  );
  return h(
    "li",
    {},
    icon("file", 16),
    h("span", {}, file.name),
    h("small", {}, sizeWords(file.size)),
    remove,
  );
}

function dropZone(picker, list, most, types, add) {
  const words = `Drag ${most === 1 ? "a file" : `up to ${most} files`} here, or `;
  const kinds = types ? h("small", {}, types.map((type) => `.${type}`).join(" ")) : null;
  const label = h(
    "label",
    { class: "drop-label" },
    words,
    h("span", { class: "drop-link" }, "choose from this computer"),
    picker,
    kinds,
  );
  const zone = h("div", { class: "drop-zone" }, label, list);
  zone.addEventListener("dragover", (event) => event.preventDefault());
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    add(event.dataTransfer.files);
  });
  return zone;
}
