/* The fields one types into or ticks: text, numbers, dates, radio buttons, checkboxes.
 * https://docs.slack.dev/reference/block-kit/block-elements
 *
 * A field is drawn for a spot: {id, directory, kept (its value before a redraw), changed(value), typed()
 * → a key changed the text, entered() → true where Enter tells the app}, and is {node, read() → what the control API wants, keep() → what a redraw wants,
 * isUntouched?() → true while it holds only what the app put there, which need not be sent back}. */

import { freshId, h } from "./dom.js";
import { plain, textNodes } from "./mrkdwn.js";

const NATIVE = {
  email_text_input: { type: "email", first: "initial_value" },
  url_text_input: { type: "url", first: "initial_value" },
  number_input: { type: "number", first: "initial_value" },
  datepicker: { type: "date", first: "initial_date" },
  timepicker: { type: "time", first: "initial_time" },
  datetimepicker: { type: "datetime-local", first: "initial_date_time" },
};

/** The types that `plainField` draws. */
export const PLAIN_TYPES = ["plain_text_input", ...Object.keys(NATIVE)];

/** A text, e-mail, address, number, date or time field. */
export function plainField(element, spot) {
  const control = element.multiline ? textArea(element, spot) : oneLine(element, spot);
  const read = () => readPlain(element, control.value);
  control.addEventListener("change", () => spot.changed(read()));
  control.addEventListener("input", () => spot.typed());
  control.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && spot.entered())
      event.preventDefault();
  });
  const node = element.max_length ? counted(control, element.max_length) : control;
  return { node, read, keep: () => control.value };
}

/** As in Slack's state: an empty field is null, a date and time a number of seconds. */
function readPlain(element, value) {
  if (value === "") return null;
  return element.type === "datetimepicker" ? Math.floor(new Date(value).getTime() / 1000) : value;
}

function shared(element, spot) {
  return {
    id: spot.id,
    class: "text-field",
    placeholder: plain(element.placeholder),
    autocomplete: "off",
    autofocus: element.focus_on_load,
    "aria-describedby": spot.hint,
  };
}

function textArea(element, spot) {
  return h("textarea", {
    ...shared(element, spot),
    rows: 5,
    value: spot.kept ?? element.initial_value ?? "",
  });
}

function oneLine(element, spot) {
  const { type = "text", first = "initial_value" } = NATIVE[element.type] ?? {};
  const start =
    element.type === "datetimepicker" && element[first] ? localTime(element[first]) : element[first];
  const step = element.type === "number_input" && element.is_decimal_allowed ? "any" : null;
  const bounds =
    element.type === "number_input" ? { min: element.min_value, max: element.max_value, step } : {};
  return h("input", { ...shared(element, spot), type, ...bounds, value: spot.kept ?? start ?? "" });
}

function localTime(unix) {
  const date = new Date(unix * 1000);
  return new Date(unix * 1000 - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Shows how many characters are left once few are, and says so when there are too many. */
function counted(control, most) {
  const left = h("span", { class: "count-left", "aria-live": "polite" });
  const count = () => {
    const rest = most - control.value.length;
    left.textContent = rest <= Math.max(20, most / 10) ? String(rest) : "";
    left.classList.toggle("over", rest < 0);
  };
  control.addEventListener("input", count);
  count();
  return h("div", { class: "counted" }, control, left);
}

/** Radio buttons: the value of one option. */
export function radioField(element, spot) {
  const first = spot.kept ?? element.initial_option?.value;
  const { node, ticked } = ticks(
    element,
    spot,
    "radio",
    (option) => option.value === first,
    () => spot.changed(read()),
  );
  const read = () => ticked()[0] ?? null;
  return { node, read, keep: read };
}

/** Checkboxes: a list of option values. */
export function checkboxField(element, spot) {
  const first = spot.kept ?? element.initial_options?.map((option) => option.value) ?? [];
  const { node, ticked } = ticks(
    element,
    spot,
    "checkbox",
    (option) => first.includes(option.value),
    () => spot.changed(ticked()),
  );
  return { node, read: ticked, keep: ticked };
}

function ticks(element, spot, type, isFirst, onchange) {
  const name = freshId("ticks");
  const boxes = element.options.map((option) =>
    h("input", { type, name, value: option.value, checked: isFirst(option), onchange }),
  );
  const rows = element.options.map((option, index) => tickRow(option, boxes[index], spot.directory));
  const node = h(
    "div",
    {
      class: "ticks",
      id: spot.id,
      role: type === "radio" ? "radiogroup" : "group",
      "aria-labelledby": spot.label,
    },
    rows,
  );
  return { node, ticked: () => boxes.filter((box) => box.checked).map((box) => box.value) };
}

function tickRow(option, box, directory) {
  const description = option.description && h("small", {}, textNodes(option.description, directory));
  return h(
    "label",
    { class: "tick-row" },
    box,
    h("span", {}, h("span", {}, textNodes(option.text, directory)), description),
  );
}
