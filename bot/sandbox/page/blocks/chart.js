/* Slack's data_visualization block as SVG: line, area, bar and pie.
 * https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block */

import { html } from "../html.js";
import { scalesOf } from "./scales.js";

const AREA = { left: 54, top: 12, right: 626, bottom: 226 }; // where the values lie, in 640 by 260
const COLOURS = 8; // --chart-0 … in the style sheet
const LETTER = 6.4; // the width of one letter under the drawing, about
const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const SHORT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

const colour = (index) => `var(--chart-${index % COLOURS})`;

/** The whole block: title, drawing, legend, and a sentence for those who cannot see it. */
export function Chart({ block: { title, chart } }) {
  const isPie = chart.type === "pie";
  const parts = isPie ? slicesOf(chart.segments) : chart.series;
  return html`
    <figure class="chart">
      <figcaption class="chart-title">${title}</figcaption>
      <div class="chart-body chart-${chart.type}" role="img" aria-label=${spoken(title, chart)}>
        ${isPie ? html`<${Pie} slices=${parts} />` : html`<${Plot} chart=${chart} />`}
      </div>
      <ul class="chart-legend" aria-hidden="true">
        ${parts.map(({ name, percent }, index) => html`
          <li><i style=${{ background: colour(index) }} />${name}${percent && html`<b> ${percent}</b>`}</li>`)}
      </ul>
    </figure>`;
}

const list = (points) => points.map(({ label, value }) => `${label} ${NUMBER.format(value)}`).join(", ");

function spoken(title, { type, segments, series }) {
  const parts = segments ? [list(segments)] : series.map(({ name, data }) => `${name}: ${list(data)}`);
  return `${type} chart, ${title}. ${parts.join(". ")}`;
}

function slicesOf(segments) {
  const sum = segments.reduce((all, { value }) => all + value, 0) || 1;
  let end = 0;
  return segments.map(({ label, value }) => {
    const share = (value / sum) * 100;
    end += share;
    return { name: label, value, share, from: end - share, percent: `${Math.round(share)}%` };
  });
}

const Pie = ({ slices }) => html`
  <svg viewBox="0 0 200 200">
    ${slices.map(({ name, value, share, from, percent }, index) => html`
      <circle class="mark" cx="100" cy="100" r="45" pathLength="100" transform="rotate(-90 100 100)" fill="none"
        stroke=${colour(index)} stroke-width="90" stroke-dashoffset=${-from}
        stroke-dasharray="${Math.max(share - 0.4, 0.2)} 100">
        <title>${name}: ${NUMBER.format(value)} (${percent})</title>
      </circle>`)}
  </svg>`;

function Plot({ chart: { type, series, axis_config: axis = {} } }) {
  const names = axis.categories ?? series[0].data.map((point) => point.label);
  const scales = scalesOf(series, names, AREA, type === "line");
  const Mark = { bar: Bars, line: Curve, area: Curve }[type];
  return html`
    <svg viewBox="0 0 640 260">
      ${scales.ticks.map((tick) => html`<${Tick} tick=${tick} y=${scales.y(tick)} />`)}
      ${series.map(({ name, data }, index) => html`
        <${Mark} name=${name} points=${data.map(scales.place)} index=${index} count=${series.length} scales=${scales}
          isArea=${type === "area"} />`)}
      <${Axis} names=${names} scales=${scales} below=${axis.x_label} beside=${axis.y_label} />
    </svg>`;
}

const Tick = ({ tick, y }) => html`
  <line class=${tick === 0 ? "zero" : "grid"} x1=${AREA.left} x2=${AREA.right} y1=${y} y2=${y} />
  <text class="tick" x=${AREA.left - 8} y=${y + 4} text-anchor="end">${SHORT.format(tick)}</text>`;

/** The names under the drawing, as many as find room, and what the axes are called. */
function Axis({ names, scales, below, beside }) {
  const longest = Math.max(...names.map((name) => Math.min(name.length, 20)));
  const every = Math.ceil((longest * LETTER + 6) / scales.band);
  const place = "translate(11 113) rotate(-90)";
  return html`
    ${names.map((name, index) => index % every === 0 && html`
      <text class="tick" x=${scales.x(index)} y="242" text-anchor="middle">${name}</text>`)}
    ${below && html`<text class="axis" x="347" y="258" text-anchor="middle">${below}</text>`}
    ${beside && html`<text class="axis" transform=${place} text-anchor="middle">${beside}</text>`}`;
}

const Title = ({ name, point }) => html`<title>${name}, ${point.label}: ${NUMBER.format(point.value)}</title>`;

function Bars({ name, points, index, count, scales }) {
  const width = Math.min(44, (scales.band * 0.72) / count);
  const left = (index - count / 2) * width + 1;
  return points.map((point) => html`
    <rect class="mark" fill=${colour(index)} rx="2" x=${point.x + left} y=${Math.min(point.y, scales.zero)}
      width=${Math.max(width - 2, 1)} height=${Math.max(Math.abs(point.y - scales.zero), 1)}>
      <${Title} name=${name} point=${point} />
    </rect>`);
}

/** A line through the points, and the area between it and zero. */
function Curve({ name, points, index, scales, isArea }) {
  const path = `M${points.map(({ x, y }) => `${x} ${y}`).join("L")}`;
  const area = `${path}L${points.at(-1).x} ${scales.zero}L${points[0].x} ${scales.zero}Z`;
  return html`
    ${isArea && html`<path d=${area} fill=${colour(index)} opacity="0.28" />`}
    <path class="curve" d=${path} stroke=${colour(index)} />
    ${points.map((point) => html`
      <circle class="mark" fill=${colour(index)} cx=${point.x} cy=${point.y} r="3.5">
        <${Title} name=${name} point=${point} />
      </circle>`)}`;
}
