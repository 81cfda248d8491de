/* Slack's block elements outside of input blocks: each tells the app at once when it is used.
 * https://docs.slack.dev/reference/block-kit/block-elements */

import { freshId, h, icon, isSafeUrl } from "./dom.js";
import { askConfirm } from "./confirm.js";
import { checkboxField, PLAIN_TYPES, plainField, radioField } from "./fields.js";
import { fileField } from "./files.js";
import { placeBy } from "./floating.js";
import { plain } from "./mrkdwn.js";
import { picture } from "./pictures.js";
import { selectField } from "./select.js";

const SELECTS = ["static", "external", "users", "conversations", "channels"].flatMap((kind) => [
  `${kind}_select`,
  `multi_${kind}_select`,
]);

const FIELDS = new Map([
  ...PLAIN_TYPES.map((type) => [type, plainField]),
  ...SELECTS.map((type) => [type, selectField]),
  ["radio_buttons", radioField],
  ["checkboxes", checkboxField],
  ["file_input", fileField],
]);

/** The field {node, read, keep} for an element that holds a value; see fields.js for the spot. */
export function field(element, spot) {
  const make = FIELDS.get(element.type);
  return make ? make(element, spot) : { node: unknown(element), read: () => null, keep: () => null };
}

const unknown = (element) =>
  h("code", { class: "code" }, `element “${element.type}”, which this page does not draw`);

/** An element as it stands in a section, an actions block, a card or a table cell. */
export function drawElement(element, blockId, surface) {
  if (element.type === "image") return picture(element, "accessory-image");
  if (element.type === "button" || element.type === "workflow_button")
    return button(element, blockId, surface);
  if (element.type === "overflow") return overflow(element, blockId, surface);
  return liveField(element, blockId, surface);
}

/** A field that reports each change. Its last value outlives a redraw of the form it stands in. */
function liveField(element, blockId, surface) {
  const spot = surface.spot(element, blockId, {
    changed: (value) => use(element, blockId, surface, value),
    typed: () => {},
    entered: () => false,
  });
  const made = field(element, spot);
  surface.remember(element, blockId, made);
  return h(
    "div",
    { class: `live-field live-${element.type}`, dataset: { action: element.action_id ?? "" } },
    made.node,
  );
}

async function use(element, blockId, surface, value) {
  if (element.confirm && !(await askConfirm(element.confirm, surface.directory))) return;
  await surface.act({ element, blockId, value });
}

function button(element, blockId, surface) {
  const style = { primary: "button-primary", danger: "button-danger" }[element.style] ?? "";
  const press = async () => {
    if (node.getAttribute("aria-busy")) return;
    node.setAttribute("aria-busy", "true");
    await use(element, blockId, surface);
    node.removeAttribute("aria-busy");
  };
  const attributes = {
    class: `button ${style}`,
    title: element.accessibility_label ?? null,
    "aria-label": element.accessibility_label ?? null,
    dataset: { action: element.action_id ?? "", focus: `${blockId}/${element.action_id}` },
    onclick: press,
  };
  const words = plain(element.text);
  const followed = element.url && isSafeUrl(element.url);
  const node = followed
    ? h("a", { ...attributes, href: element.url, target: "_blank", rel: "noopener noreferrer" }, words)
    : h("button", { ...attributes, type: "button" }, words);
  return node;
}

function overflow(element, blockId, surface) {
  const menu = h("div", { class: "select-list menu", role: "menu", id: freshId("menu"), popover: "auto" });
  const opener = h(
    "button",
    {
      type: "button",
      class: "button button-more",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      dataset: { action: element.action_id ?? "", focus: `${blockId}/${element.action_id}` },
      popovertarget: menu.id,
    },
    icon("more"),
  );
  const pick = (option) => {
    menu.hidePopover();
    opener.focus();
    use(element, blockId, surface, option.value);
  };
  menu.append(...element.options.map((option) => menuItem(option, pick)));
  letItFloat(menu, opener);
  return h("span", { class: "overflow" }, opener, menu);
}

function menuItem(option, pick) {
  const description = option.description && h("small", {}, plain(option.description));
  const attributes = { class: "select-option", role: "menuitem", onclick: () => pick(option) };
  if (option.url && isSafeUrl(option.url))
    return h(
      "a",
      { ...attributes, href: option.url, target: "_blank", rel: "noopener noreferrer" },
      plain(option.text),
    );
  return h("button", { type: "button", ...attributes }, h("span", {}, plain(option.text), description));
}

function letItFloat(menu, opener) {
  let letGo = null;
  menu.addEventListener("toggle", (event) => {
    letGo?.();
    letGo = event.newState === "open" ? placeBy(menu, opener, { align: "right", least: 180 }) : null;
    if (letGo) menu.firstElementChild?.focus();
  });
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const items = [...menu.children];
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  });
}
