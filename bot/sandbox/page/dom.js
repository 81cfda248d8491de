/* Making elements. Everything from outside enters as text nodes or attributes, never as markup. */

const SVG = "http://www.w3.org/2000/svg";
const PROPERTIES = new Set([
  "value",
  "checked",
  "disabled",
  "selected",
  "hidden",
  "multiple",
  "tabIndex",
  "indeterminate",
]);

const PATHS = {
  hash: "M8.5 3 6.5 17M13.5 3l-2 14M3.5 7.5h14M2.5 12.5h14",
  home: "M3 9.5 10 3l7 6.5V17h-4.5v-5h-5v5H3z",
  chat: "M3 4h14v10H9l-4 3.5V14H3z",
  down: "m5 7.5 5 5 5-5",
  right: "m7.5 5 5 5-5 5",
  left: "m12.5 5-5 5 5 5",
  close: "m5 5 10 10M15 5 5 15",
  send: "M3 3.5 17.5 10 3 16.5 5.2 11 12 10 5.2 9z",
  panes: "M3 4h14v12H3zM12 4v12",
  eye: "M1.8 10S5 4.5 10 4.5 18.2 10 18.2 10 15 15.5 10 15.5 1.8 10 1.8 10zM10 12.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  file: "M5 2.5h6.5L15.5 7v10.5H5zM11 2.5V7.5h4.5",
  download: "M10 3v9m-4-4 4 4 4-4M3.5 16.5h13",
  more: "M4 10h.01M10 10h.01M16 10h.01",
  arrow: "M10 4v12m-5-5 5 5 5-5",
};

/**
 * An element: attributes (`onclick: f` listens, `dataset: {}` sets data-*), then children; strings become
 * text.
 */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same in SVG's name space. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) assign(node, name, value);
  node.append(
    ...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false),
  );
  return node;
}

function assign(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "dataset") Object.assign(node.dataset, value);
  else if (PROPERTIES.has(name)) node[name] = value;
  else node.setAttribute(name, value === true ? "" : value);
}

/** A line icon of 20 by 20, drawn in the colour of the text around it. */
export function icon(name, size = 18) {
  const shape = s("path", { d: PATHS[name] });
  return s(
    "svg",
    { class: `icon icon-${name}`, viewBox: "0 0 20 20", width: size, height: size, "aria-hidden": "true" },
    shape,
  );
}

/** Lets an animation of this class run once, from its start, even when it runs already. */
export function flash(node, name = "flash") {
  node.classList.remove(name);
  void node.offsetWidth; // reading it makes the browser notice that the class was gone
  node.classList.add(name);
}

/** Makes `nodes` the children of `list` and moves only what is not in its place. */
export function settle(list, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...list.children]) if (!wanted.has(child)) child.remove();
  nodes.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] ?? null);
  });
}

let counted = 0;

/** A fresh id for label/field pairs. */
export function freshId(prefix) {
  counted += 1;
  return `${prefix}-${counted}`;
}

/** True for a link that may be followed: no scripts. */
export function isSafeUrl(url) {
  return /^(https?:|mailto:|tel:|\/(?!\/))/i.test(url);
}

/** True for an address that an image may be loaded from. */
export function isImageUrl(url) {
  return /^(https?:|\/(?!\/)|data:image\/)/i.test(url);
}
