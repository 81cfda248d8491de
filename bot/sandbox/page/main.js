/* Starts the page once the sandbox is there. */

import { readPeople } from "./api.js";
import { App } from "./app.js";
import { Directory } from "./directory.js";
import { html, render } from "./html.js";

const body = document.body;

/** The person and place that the address names, or the first of each. */
function named(directory) {
  const place = decodeURIComponent(location.hash.slice(1));
  const name = new URLSearchParams(location.search).get("as");
  const channel = directory.channels.find((each) => each.name === place) ?? directory.channels[0];
  const person = directory.people.find((each) => each.name === name) ?? directory.people[0];
  return { me: person.name, place: ["dm", "home"].includes(place) ? place : `#${channel.name}` };
}

const failed = (sentence) => render(html`<div id="banner" role="alert">${sentence}</div>`, body);
const directory = new Directory(await readPeople(failed));
render(html`<${App} directory=${directory} first=${named(directory)} />`, body);
