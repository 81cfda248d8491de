/* Where the values and categories of a chart lie in its drawing. */

/** {ticks, band (a category's width), x(index), y(value), zero (y of the axis), place(point, index)}. */
export function scalesOf(series, categories, area, floats) {
  const values = series.flatMap(({ data }) => data.map((point) => point.value));
  const ticks = ticksFor(Math.min(...values), Math.max(...values), floats);
  const [low, high] = [ticks[0], ticks.at(-1)];
  const band = (area.right - area.left) / categories.length;
  const x = (index) => area.left + band * (index + 0.5);
  const y = (value) => area.bottom - ((area.bottom - area.top) * (value - low)) / (high - low || 1);
  const indexOf = (label, nth) => (categories.includes(label) ? categories.indexOf(label) : nth);
  const place = (point, nth) => ({ ...point, x: x(indexOf(point.label, nth)), y: y(point.value) });
  return { ticks, band, x, y, zero: y(Math.max(low, Math.min(0, high))), place };
}

/** Round numbers that span the values. Bars and areas stand on zero; a line may float when its values lie close. */
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
