/* A file in a message: name, size and download. */

import { html, isSafeUrl } from "../html.js";
import { Icon } from "../icon.js";
import { useSession } from "../session.js";

const LOCAL_HOSTS = ["127.0.0.1", "localhost"];

/** "1.2 kB" for a number of bytes. */
export function sizeWords(bytes) {
  if (typeof bytes !== "number") return "";
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `file` is Slack's file object: name, title, size, and one of its addresses. */
export function File({ file }) {
  const url = addressOf(file, useSession().me);
  const kind = (file.filetype ?? file.name?.split(".").pop() ?? "").toUpperCase();
  const label = `Download ${file.name}`;
  const inner = html`
    <span class="file-icon"><${Icon} name="file" size=${20} /></span>
    <span class="file-words">
      <b>${file.title || file.name}</b><small>${[kind, sizeWords(file.size)].filter(Boolean).join(" · ")}</small>
    </span>`;
  if (!url) return html`<div class="file">${inner}</div>`;
  return html`
    <a class="file" href=${url} download=${file.name ?? ""} aria-label=${label} title=${label}>
      ${inner}<${Icon} name="download" />
    </a>`;
}

/** Where a file is downloaded. The sandbox gives it to who may see it, which `as` says: a session does it in Slack. */
function addressOf(file, viewer) {
  const all = [file.url, file.url_private_download, file.url_private, file.permalink];
  const url = all.find((each) => each && isSafeUrl(each));
  if (!url) return null;
  const address = new URL(url, location.href);
  const isOurs = LOCAL_HOSTS.includes(address.hostname) && address.pathname.startsWith("/files/");
  return isOurs ? `${address.pathname}?as=${encodeURIComponent(viewer)}` : url;
}
