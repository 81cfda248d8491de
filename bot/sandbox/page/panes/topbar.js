/* The bar at the top: who I am, and the switch that shows the panes. */

import { Avatar } from "../avatar.js";
import { html } from "../html.js";
import { Icon } from "../icon.js";
import { stepFocus } from "../motion.js";
import { useDirectory } from "../session.js";

export const Topbar = ({ me, become, hasPanes, togglePanes }) => html`
  <header id="topbar">
    <div id="workspace">Segment Bot sandbox</div>
    <${People} me=${me} become=${become} />
    <button id="panes-toggle" type="button" aria-expanded=${hasPanes} aria-controls="panes" onClick=${togglePanes}
      title="Show or hide the store and the log"><${Icon} name="panes" /><span>Store and log</span></button>
  </header>`;

/** The people one can be. Each is a link, so that a new window may be another person. */
const People = ({ me, become }) => html`
  <div id="people" role="radiogroup" aria-labelledby="switch-label"
    onKeyDown=${(event) => stepFocus(event, "ArrowLeft", "ArrowRight")}>
    <span class="switch-label" id="switch-label">You are</span>
    ${useDirectory().people.map((person) => html`
      <${Person} key=${person.name} person=${person} isMe=${person.name === me} become=${become} />`)}
  </div>`;

function Person({ person, isMe, become }) {
  const pick = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // the browser opens a window
    event.preventDefault();
    become(person.name);
  };
  const title = `${person.real_name}, ${person.title}. Ctrl-click opens a window as this person.`;
  return html`
    <a class="person" href="?as=${person.name}" role="radio" aria-checked=${isMe} title=${title}
      data-user=${person.name} onClick=${pick} onKeyDown=${(event) => event.key === " " && pick(event)}>
      <${Avatar} user=${person} size=${26} />
      <b>${person.real_name.split(" ")[0]}</b>
      ${person.guest && html`<small>guest</small>`}
    </a>`;
}
