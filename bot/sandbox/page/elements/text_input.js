/* The fields one types into: text, e-mail, address, number, date and time. */

import { html } from "../html.js";
import { plain } from "../text/pieces.js";
import { useField } from "./surface.js";

const TYPES = {
  email_text_input: "email",
  url_text_input: "url",
  number_input: "number",
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "datetime-local",
};

export function TextInput({ element, blockId, spot }) {
  const isTime = element.type === "datetimepicker";
  // As in Slack's state: an empty field is null, a date and time a number of seconds.
  const read = (text) => (text === "" ? null : isTime ? Math.floor(Date.parse(text) / 1000) : text);
  const [text, set] = useField({ element, blockId, spot }, () => firstOf(element), read);
  const attributes = {
    id: spot.id,
    class: "text-field",
    placeholder: plain(element.placeholder),
    autocomplete: "off",
    autofocus: element.focus_on_load,
    "aria-describedby": spot.hint,
    value: text,
    onInput: (event) => {
      set(event.target.value);
      spot.typed?.();
    },
    onChange: () => spot.changed(read(text)),
    onKeyDown: (event) => {
      const isEnter = event.key === "Enter" && !event.shiftKey && !event.isComposing;
      if (isEnter && spot.entered?.()) event.preventDefault();
    },
  };
  const control = element.multiline
    ? html`<textarea ...${attributes} rows="5" />`
    : html`<input ...${attributes} type=${TYPES[element.type] ?? "text"} ...${boundsOf(element)} />`;
  if (!element.max_length) return control;
  return html`<div class="counted">${control}<${Count} most=${element.max_length} length=${text.length} /></div>`;
}

function firstOf(element) {
  const { initial_value: value, initial_date: date, initial_time: time, initial_date_time: seconds } = element;
  return value ?? date ?? time ?? (seconds ? localTime(seconds) : "");
}

function localTime(seconds) {
  const offset = new Date(seconds * 1000).getTimezoneOffset() * 60;
  return new Date((seconds - offset) * 1000).toISOString().slice(0, 16);
}

function boundsOf({ type, min_value: min, max_value: max, is_decimal_allowed: isDecimal }) {
  return type === "number_input" ? { min, max, step: isDecimal ? "any" : undefined } : {};
}

/** How many characters are left, once few are. */
function Count({ most, length }) {
  const rest = most - length;
  const words = rest <= Math.max(20, most / 10) ? rest : "";
  return html`<span class=${rest < 0 ? "count-left over" : "count-left"} aria-live="polite">${words}</span>`;
}
