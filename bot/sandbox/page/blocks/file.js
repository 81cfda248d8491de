/* A file in a message: name, size and download. */

import { html } from "../html.js";
import { Icon } from "../icon.js";
import { useSession } from "../session.js";

/** "1.2 kB" for a number of bytes. */
export function sizeWords(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** `file` is Slack's file object. The sandbox gives it to who may see it, which `as` says: in Slack, a session does. */
export function File({ file: { name, title, filetype, size, url_private_download: url } }) {
  const address = `${new URL(url).pathname}?as=${useSession().me}`;
  const label = `Download ${name}`;
  return html`
    <a class="file" href=${address} download=${name} aria-label=${label} title=${label}>
      <span class="file-icon"><${Icon} name="file" size=${20} /></span>
      <span class="file-words"><b>${title}</b><small>${filetype.toUpperCase()} · ${sizeWords(size)}</small></span>
      <${Icon} name="download" />
    </a>`;
}
