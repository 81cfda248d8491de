/* Slack's data_visualization block as SVG: line, area, bar and pie.
 * https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block */

import { html } from "../html.js";
import { scalesOf } from "./scales.js";

const WIDTH = 640;
const HEIGHT = 260;
const MARGIN = { top: 12, right: 14, bottom: 34, left: 54 };
const COLOURS = 8; // --chart-0 … in the style sheet
const LETTER = 6.4; // pixels of one letter under the drawing, about
const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const SHORT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

const colour = (index) => `var(--chart-${index % COLOURS})`;

/** The whole block: title, drawing, legend, and a sentence for those who cannot see it. */
export function Chart({ block: { title, chart } }) {
  const parts = chart.type === "pie" ? slicesOf(chart) : chart.series.map(({ name }) => ({ name }));
  return html`
    <figure class="chart">
      <figcaption class="chart-title">${title}</figcaption>
      <div class="chart-body chart-${chart.type}" role="img" aria-label=${spoken(title, chart)}>
        ${chart.type === "pie" ? html`<${Pie} slices=${parts} />` : html`<${Plot} chart=${chart} />`}
      </div>
      <ul class="chart-legend" aria-hidden="true">
        ${parts.map(({ name, percent }, index) => html`
          <li><i style=${{ background: colour(index) }} />${name}${percent && html`<b> ${percent}</b>`}</li>`)}
      </ul>
    </figure>`;
}

function spoken(title, { type, segments, series }) {
  const points = (all) => all.map(({ label, value }) => `${label} ${NUMBER.format(value)}`).join(", ");
  const parts = type === "pie" ? [points(segments)] : series.map((each) => `${each.name}: ${points(each.data)}`);
  return `${type} chart, ${title}. ${parts.join(". ")}`;
}

function slicesOf({ segments }) {
  const sum = segments.reduce((all, each) => all + each.value, 0) || 1;
  let from = 0;
  return segments.map(({ label, value }) => {
    const share = value / sum;
    const slice = { name: label, value, share, from, percent: `${Math.round(share * 100)}%` };
    from += share;
    return slice;
  });
}

const Pie = ({ slices }) => html`
  <svg viewBox="0 0 200 200">
    ${slices.map(({ name, value, share, from, percent }, index) => html`
      <circle cx="100" cy="100" r="45" fill="none" stroke=${colour(index)} stroke-width="90" pathLength="100" class="mark"
        transform="rotate(-90 100 100)" stroke-dasharray="${Math.max(share * 100 - 0.4, 0.2)} 100" stroke-dashoffset=${-from * 100}>
        <title>${name}: ${NUMBER.format(value)} (${percent})</title>
      </circle>`)}
  </svg>`;

function Plot({ chart: { type, series, axis_config: axis = {} } }) {
  const categories = axis.categories ?? series[0].data.map((point) => point.label);
  const scales = scalesOf({ series, categories, floats: type === "line", width: WIDTH, height: HEIGHT, margin: MARGIN });
  const marks = series.map((each, index) => {
    const points = each.data.map((point, nth) => scales.place(point, nth, `${each.name}, ${point.label}: ${NUMBER.format(point.value)}`));
    if (type === "bar") return bars(points, index, series.length, scales);
    return html`<${Curve} points=${points} tint=${colour(index)} base=${type === "area" ? scales.zero : undefined} />`;
  });
  return html`
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}">
      <${Grid} scales=${scales} />
      ${marks}
      <${Axis} scales=${scales} categories=${categories} below=${axis.x_label} beside=${axis.y_label} />
    </svg>`;
}

const Grid = ({ scales }) =>
  scales.ticks.map((tick) => html`
    <line class=${tick === 0 ? "zero" : "grid"} x1=${MARGIN.left} x2=${WIDTH - MARGIN.right} y1=${scales.y(tick)} y2=${scales.y(tick)} />
    <text class="tick" x=${MARGIN.left - 8} y=${scales.y(tick) + 4} text-anchor="end">${SHORT.format(tick)}</text>`);

/** The names under the drawing, as many as find room, and what the axes are called. */
function Axis({ scales, categories, below, beside }) {
  const longest = Math.max(...categories.map((name) => Math.min(name.length, 20)));
  const every = Math.ceil((longest * LETTER + 6) / scales.band);
  const middle = (HEIGHT - MARGIN.bottom) / 2;
  return html`
    ${categories.map((name, index) => index % every === 0 && html`
      <text class="tick" x=${scales.x(index)} y=${HEIGHT - 18} text-anchor="middle">${name}</text>`)}
    ${below && html`<text class="axis" x=${(WIDTH + MARGIN.left) / 2} y=${HEIGHT - 2} text-anchor="middle">${below}</text>`}
    ${beside && html`<text class="axis" transform="translate(11 ${middle}) rotate(-90)" text-anchor="middle">${beside}</text>`}`;
}

function bars(points, index, count, scales) {
  const width = Math.min(44, (scales.band * 0.72) / count);
  const left = (index - count / 2) * width + 1;
  return points.map(({ x, y, title }) => html`
    <rect x=${x + left} y=${Math.min(y, scales.zero)} width=${Math.max(width - 2, 1)}
      height=${Math.max(Math.abs(y - scales.zero), 1)} rx="2" fill=${colour(index)} class="mark"><title>${title}</title></rect>`);
}

/** A line through the points; where there is a base, the area between the two. */
function Curve({ points, tint, base }) {
  const path = points.map(({ x, y }, nth) => `${nth ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const area = base !== undefined && `${path}L${points.at(-1).x} ${base}L${points[0].x} ${base}Z`;
  return html`
    ${area && html`<path d=${area} fill=${tint} opacity="0.28" />`}
    <path d=${path} fill="none" stroke=${tint} stroke-width="2.5" stroke-linejoin="round" stroke-linecap="round" />
    ${points.map(({ x, y, title }) => html`<circle cx=${x} cy=${y} r="3.5" fill=${tint} class="mark"><title>${title}</title></circle>`)}`;
}
