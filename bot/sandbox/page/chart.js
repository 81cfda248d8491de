/* Slack's data_visualization block as SVG: line, area, bar and pie.
 * https://docs.slack.dev/reference/block-kit/blocks/data-visualization-block */

import { h, s } from "./dom.js";

const WIDTH = 640;
const HEIGHT = 260;
const MARGIN = { top: 12, right: 14, bottom: 34, left: 54 };
const COLOURS = 8; // --chart-0 … in the style sheet
const NUMBER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const SHORT = new Intl.NumberFormat("en-US", { notation: "compact", maximumFractionDigits: 1 });

const colour = (index) => `var(--chart-${index % COLOURS})`;

/** The whole block: title, drawing, legend, and a sentence for those who cannot see it. */
export function chart(block) {
  const { chart: own, title } = block;
  const drawing = own.type === "pie" ? pie(own) : plot(own);
  return h(
    "figure",
    { class: "chart" },
    h("figcaption", { class: "chart-title" }, title),
    h(
      "div",
      { class: `chart-body chart-${own.type}`, role: "img", "aria-label": spoken(title, own) },
      drawing,
    ),
    legend(own),
  );
}

function spoken(title, own) {
  const points = (each) => each.map(({ label, value }) => `${label} ${NUMBER.format(value)}`).join(", ");
  const parts =
    own.type === "pie"
      ? [points(own.segments)]
      : own.series.map((each) => `${each.name}: ${points(each.data)}`);
  return `${own.type} chart, ${title}. ${parts.join(". ")}`;
}

function legend(own) {
  const names =
    own.type === "pie" ? own.segments.map((each) => each.label) : own.series.map((each) => each.name);
  const sum = own.type === "pie" ? total(own.segments) : 0;
  const share = (index) =>
    sum ? h("b", {}, ` ${Math.round((own.segments[index].value / sum) * 100)}%`) : null;
  const entry = (name, index) =>
    h("li", {}, h("i", { style: `background:${colour(index)}` }), name, share(index));
  return h("ul", { class: "chart-legend", "aria-hidden": "true" }, names.map(entry));
}

const total = (segments) => segments.reduce((sum, each) => sum + each.value, 0);

function pie(own) {
  const sum = total(own.segments) || 1;
  let from = 0;
  const slices = own.segments.map((segment, index) => {
    const share = segment.value / sum;
    const drawn = slice(
      from,
      share,
      colour(index),
      `${segment.label}: ${NUMBER.format(segment.value)} (${Math.round(share * 100)}%)`,
    );
    from += share;
    return drawn;
  });
  return s("svg", { viewBox: "0 0 200 200" }, slices);
}

function slice(from, share, stroke, title) {
  const attributes = {
    cx: 100,
    cy: 100,
    r: 45,
    fill: "none",
    stroke,
    "stroke-width": 90,
    pathLength: 100,
    transform: "rotate(-90 100 100)",
    "stroke-dasharray": `${Math.max(share * 100 - 0.4, 0.2)} 100`,
    "stroke-dashoffset": -from * 100,
    class: "mark",
  };
  return s("circle", attributes, s("title", {}, title));
}

function plot(own) {
  const categories = own.axis_config?.categories ?? own.series[0].data.map((point) => point.label);
  const frame = scales(own, categories);
  const marks =
    own.type === "bar"
      ? bars(own, frame)
      : own.series.map((each, index) => curve(each, index, own.type, frame));
  return s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}` }, grid(frame), marks, axis(own, frame));
}

/** Where values and categories lie in the drawing. */
function scales(own, categories) {
  const values = own.series.flatMap((each) => each.data.map((point) => point.value));
  const ticks = ticksFor(Math.min(...values), Math.max(...values), own.type === "line");
  const [low, high] = [ticks[0], ticks.at(-1)];
  const inner = { width: WIDTH - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const band = inner.width / categories.length;
  return {
    categories,
    ticks,
    band,
    x: (index) => MARGIN.left + band * (index + 0.5),
    y: (value) => MARGIN.top + inner.height * (1 - (value - low) / (high - low || 1)),
    zero: Math.max(low, Math.min(0, high)),
  };
}

/**
 * Round numbers that span the values; bars and areas stand on zero, a line may float when its values lie
 * close together.
 */
function ticksFor(least, most, floats) {
  const close = floats && least > 0 && (most - least) / most < 0.35;
  const low = close ? least - (most - least || most * 0.1) * 0.25 : Math.min(0, least);
  const high = Math.max(most, low + 1e-9, close ? most : 0);
  const step = roundStep((high - low || 1) / 4);
  const first = Math.floor(low / step);
  const count = Math.max(1, Math.ceil(high / step - 1e-9) - first);
  return Array.from({ length: count + 1 }, (_, index) => (first + index) * step);
}

function roundStep(rough) {
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 2.5, 5].find((nice) => nice * power >= rough) ?? 10);
}

function grid({ ticks, y }) {
  return ticks.map((tick) => [
    s("line", {
      class: tick === 0 ? "zero" : "grid",
      x1: MARGIN.left,
      x2: WIDTH - MARGIN.right,
      y1: y(tick),
      y2: y(tick),
    }),
    s(
      "text",
      { class: "tick", x: MARGIN.left - 8, y: y(tick) + 4, "text-anchor": "end" },
      SHORT.format(tick),
    ),
  ]);
}

function axis(own, { categories, x, band }) {
  const every = Math.ceil((longest(categories) * 6.4 + 6) / band);
  const label = (name, index) =>
    index % every === 0 &&
    s("text", { class: "tick", x: x(index), y: HEIGHT - 18, "text-anchor": "middle" }, name);
  const { x_label: below, y_label: beside } = own.axis_config ?? {};
  return [
    categories.map(label),
    below &&
      s(
        "text",
        { class: "axis", x: (WIDTH + MARGIN.left) / 2, y: HEIGHT - 2, "text-anchor": "middle" },
        below,
      ),
    beside &&
      s(
        "text",
        {
          class: "axis",
          transform: `translate(11 ${(HEIGHT - MARGIN.bottom) / 2}) rotate(-90)`,
          "text-anchor": "middle",
        },
        beside,
      ),
  ];
}

const longest = (names) => Math.max(...names.map((name) => Math.min(name.length, 20)));

function pointsOf(series, { categories }) {
  return series.data.map((point, index) => ({
    ...point,
    at: Math.max(0, categories.indexOf(point.label) < 0 ? index : categories.indexOf(point.label)),
  }));
}

function bars(own, frame) {
  const width = Math.min(44, (frame.band * 0.72) / own.series.length);
  const offset = (index) => (index - (own.series.length - 1) / 2) * width;
  return own.series.map((each, index) =>
    pointsOf(each, frame).map((point) =>
      bar(point, each.name, frame.x(point.at) + offset(index), width, index, frame),
    ),
  );
}

function bar(point, name, centre, width, index, { y, zero }) {
  const [top, bottom] = [Math.min(y(point.value), y(zero)), Math.max(y(point.value), y(zero))];
  const size = {
    x: centre - width / 2 + 1,
    y: top,
    width: Math.max(width - 2, 1),
    height: Math.max(bottom - top, 1),
    rx: 2,
  };
  return s(
    "rect",
    { ...size, fill: colour(index), class: "mark" },
    s("title", {}, `${name}, ${point.label}: ${NUMBER.format(point.value)}`),
  );
}

function curve(series, index, kind, frame) {
  const points = pointsOf(series, frame).map((point) => ({
    ...point,
    x: frame.x(point.at),
    y: frame.y(point.value),
  }));
  const path = points.map(({ x, y }, nth) => `${nth ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
  const base = frame.y(frame.zero).toFixed(1);
  const area =
    kind === "area" &&
    s("path", {
      d: `${path}L${points.at(-1).x} ${base}L${points[0].x} ${base}Z`,
      fill: colour(index),
      opacity: 0.28,
    });
  const line = s("path", {
    d: path,
    fill: "none",
    stroke: colour(index),
    "stroke-width": 2.5,
    "stroke-linejoin": "round",
    "stroke-linecap": "round",
  });
  return [area, line, points.map((point) => dot(point, series.name, index))].filter(Boolean);
}

function dot(point, name, index) {
  const title = s("title", {}, `${name}, ${point.label}: ${NUMBER.format(point.value)}`);
  return s("circle", { cx: point.x, cy: point.y, r: 3.5, fill: colour(index), class: "mark" }, title);
}
