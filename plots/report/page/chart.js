// One panel of a figure: a uPlot chart of medians and bands with a tooltip, zoom and the keyboard.
// A curve k of the panel is the series 3k+1 (high), 3k+2 (low) and 3k+3 (median) of the chart.

const kOffChart = 1e30;  // runs that overflow leave the chart instead of flattening all other curves
const kMedian = 3;

const darkScheme = window.matchMedia("(prefers-color-scheme: dark)");

function pageColour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/// Ends of a linear axis: a little room, and from zero where the data begin a little above it.
function linearRange(min, max) {
  if (min === null || max === null) return [0, 1];
  const width = max - min;
  const room = width > 0 ? 0.05 * width : Math.max(Math.abs(max), 1) / 2;
  return [min >= 0 && min <= 0.15 * width ? 0 : min - room, max + room];
}

/// Ends of a logarithmic axis.
function logRange(min, max) {
  if (min === null || max === null || !(max > 0)) return [0.1, 1];
  const low = min > 0 ? min : max / 10;
  const room = max > low ? (max / low) ** 0.05 : 2;
  return [low / room, max * room];
}

class PanelChart {
  /// box: the panel's element; data: the figure's; figure: shares the hidden curves and the choice of the axis.
  constructor(box, panel, figure) {
    this.box = box;
    this.plot = box.querySelector(".plot");
    this.panel = panel;
    this.figure = figure;
    this.log = { x: panel.logX, y: panel.logY };
    this.initialLogY = panel.logY;
    for (const button of box.querySelectorAll("button.log"))
      button.addEventListener("click", () => this.toggleLog(button));
    this.plot.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.resize()).observe(this.plot);
  }

  toggleLog(button) {
    const axis = button.dataset.axis;
    this.log[axis] = !this.log[axis];
    button.setAttribute("aria-pressed", this.log[axis]);
    this.build();
  }

  /// Columns for uPlot: the curves on one common axis, each with gaps where the others have points.
  columns() {
    const { arrays } = this.figure.data;
    const usable = (v, log) => v !== null && Math.abs(v) < kOffChart && (!log || v > 1 / kOffChart);
    const tables = this.panel.curves.map((curve) => {
      const xs = arrays[curve.x[this.figure.axis || this.panel.x] ?? curve.x[this.panel.x]];
      const rows = [...xs.keys()].filter((i) => usable(xs[i], this.log.x));
      const pick = (id) => rows.map((i) => (usable(arrays[id][i], this.log.y) ? arrays[id][i] : null));
      const none = () => rows.map(() => null);
      const banded = curve.low !== undefined;
      return [rows.map((i) => xs[i]), banded ? pick(curve.high) : none(), banded ? this.floored(pick(curve.low), pick(curve.high)) : none(),
              pick(curve.y)];
    });
    return tables.length ? uPlot.join(tables, tables.map(() => [0, 0, 0, 0])) : [[], []];
  }

  /// On a logarithmic axis a band whose lower end cannot be shown goes down to the smallest value that can.
  floored(low, high) {
    if (!this.log.y) return low;
    const least = Math.min(...low.concat(high).filter((v) => v !== null));
    return low.map((v, i) => (v === null && high[i] !== null ? least : v));
  }

  colour(curve) {
    const entry = this.figure.data.legend[curve.s];
    return darkScheme.matches ? entry.dark : entry.colour;
  }

  series() {
    const list = [{}];
    for (const curve of this.panel.curves) {
      const entry = this.figure.data.legend[curve.s];
      const show = !this.figure.hidden.has(curve.s);
      const common = { show, spanGaps: true, points: { show: false } };
      const edge = { ...common, stroke: "transparent", width: 0 };
      const dash = entry.dash ? entry.dash.split(",").map((n) => Number(n) * 0.8) : undefined;
      list.push(edge, { ...edge }, { ...common, label: entry.label, stroke: this.colour(curve), width: 2, dash });
    }
    return list;
  }

  /// What the paper prints, as far as it is shown: a list of {s, source, x, y}. It has its place along the panel's own axis only.
  printed() {
    if (this.figure.axis && this.figure.axis !== this.panel.x) return [];
    return (this.panel.printed ?? []).filter((set) => !this.figure.hidden.has(set.s))
      .flatMap((set) => set.x.map((x, i) => ({ s: set.s, source: set.source, x, y: set.y[i] })))
      .filter((point) => (!this.log.x || point.x > 0) && (!this.log.y || point.y > 0));
  }

  axis(extra) {
    return { stroke: pageColour("--ink"), font: "12px system-ui, sans-serif", gap: 4, grid: { stroke: pageColour("--grid"), width: 1 },
             ticks: { stroke: pageColour("--line"), width: 1, size: 5 }, ...extra };
  }

  options() {
    const ticks = (log) => (log
      ? { splits: (u, axis, min, max) => logSplits(min, max), values: (u, splits) => logTicks(splits), filter: (u, splits) => splits }
      : { values: (u, splits) => splits.map((v) => formatNumber(v)) });
    const fixed = this.panel.range && this.log.y === this.initialLogY ? this.panel.range : null;
    const range = (log) => (u, min, max) => (log ? logRange(min, max) : linearRange(min, max));
    const ends = (min, max, printed) => {
      const all = [min, max].filter((v) => v !== null).concat(printed);
      return all.length ? [Math.min(...all), Math.max(...all)] : [min, max];
    };
    const xRange = (u, min, max) => {
      const [low, high] = ends(min, max, this.printed().map((point) => point.x));
      return low === high ? range(this.log.x)(u, low, high) : [low, high];
    };
    const yRange = (u, min, max) => range(this.log.y)(u, ...ends(min, max, this.printed().map((point) => point.y)));
    return {
      width: Math.max(200, this.plot.clientWidth),
      height: this.height(),
      legend: { show: false },
      padding: [8, 20, 0, 0],
      series: this.series(),
      bands: this.panel.curves.map((curve, k) => ({ series: [kMedian * k + 1, kMedian * k + 2], fill: this.colour(curve) + "2e" })),
      scales: {
        x: { time: false, distr: this.log.x ? 3 : 1, range: xRange },
        y: { distr: this.log.y ? 3 : 1, range: fixed ? () => fixed : yRange },
      },
      axes: [this.axis({ ...ticks(this.log.x), space: 60, size: 32 }), this.axis({ ...ticks(this.log.y), space: 32, size: labelWidth })],
      cursor: {
        drag: { x: true, y: true, uni: 24 },
        points: { size: 7 },
        dataIdx: (u, s, nearest, x) => this.nearest(u, s, x),
        sync: { key: this.figure.data.id + " " + (this.figure.axis || this.panel.x), scales: ["x", null] },  // panels along one quantity
      },
      hooks: { setCursor: [() => this.showValues()], draw: [(u) => this.crosses(u), (u) => this.circles(u)] },
    };
  }

  height() {
    return Math.round(Math.min(380, Math.max(230, this.plot.clientWidth * 0.62)));
  }

  build() {
    const focused = document.activeElement === this.plot;
    this.chart?.destroy();
    this.plot.replaceChildren();
    this.chart = new uPlot(this.options(), this.columns(), this.plot);
    this.tip = document.createElement("div");
    this.tip.className = "tip";
    this.tip.hidden = true;
    this.chart.over.append(this.tip);
    if (focused) this.plot.focus();
  }

  resize() {
    if (this.chart && this.plot.clientWidth > 0 && this.plot.clientWidth !== this.chart.width)
      this.chart.setSize({ width: this.plot.clientWidth, height: this.height() });
  }

  /// Shows and hides curves as the figure says.
  update() {
    this.chart?.batch(() => this.panel.curves.forEach((curve, k) => {
      const show = !this.figure.hidden.has(curve.s);
      for (let i = 1; i <= 3; ++i) this.chart.setSeries(kMedian * k + i, { show });
    }));
    if (this.panel.printed) this.chart?.redraw();
  }

  reset() {
    this.chart?.setData(this.chart.data, true);
  }

  /// The point of a median nearest to x; none past the ends of its curve. The edges of bands have none.
  nearest(u, s, x) {
    const values = u.data[s];
    if (s === 0 || s % kMedian !== 0 || !values || !u.series[s].show) return s === 0 ? u.posToIdx(u.cursor.left) : null;
    const xs = u.data[0];
    let best = null, distance = Infinity, first = null, last = null;
    for (let i = 0; i < xs.length; ++i) {
      if (values[i] === null || values[i] === undefined) continue;
      first ??= i;
      last = i;
      const d = Math.abs(xs[i] - x);
      if (d < distance) { distance = d; best = i; }
    }
    const room = 0.01 * (u.scales.x.max - u.scales.x.min);
    return best !== null && x >= xs[first] - room && x <= xs[last] + room ? best : null;
  }

  /// The curves' values at the cursor, largest first as the lines lie.
  values() {
    const u = this.chart;
    const rows = [];
    this.panel.curves.forEach((curve, k) => {
      const s = kMedian * (k + 1), i = u.cursor.idxs?.[s];
      if (u.series[s].show && i !== null && i !== undefined && u.data[s][i] != null)
        rows.push({ curve, x: u.data[0][i], y: u.data[s][i], low: u.data[s - 1][i], high: u.data[s - 2][i] });
    });
    for (const point of this.printed())
      if (Math.abs(u.valToPos(point.x, "x") - u.cursor.left) < 8) rows.push({ curve: point, ...point });
    return rows.sort((a, b) => b.y - a.y);
  }

  showValues() {
    const u = this.chart, tip = this.tip;
    if (!tip) return;
    const own = u.cursor.left >= 0 && (u.cursor.event || this.keyed);
    const rows = own ? this.values() : [];
    tip.hidden = rows.length === 0;
    if (tip.hidden) return;
    const top = u.cursor.top;
    const distance = (row) => Math.abs(u.valToPos(row.y, "y") - top);
    const nearest = rows.reduce((a, b) => (distance(b) < distance(a) ? b : a));
    tip.replaceChildren(this.tipHead(nearest), ...rows.slice(0, 14).map((row) => this.tipRow(row, row === nearest)));
    const left = u.cursor.left + 14;
    const width = tip.offsetWidth, room = u.over.clientWidth;
    tip.style.left = Math.max(0, left + width > room ? u.cursor.left - width - 14 : left) + "px";
    // In the half of the chart where the cursor is not, or below the axis: it hides little of what is looked at.
    const height = u.over.clientHeight;
    tip.style.top = (tip.offsetHeight > height / 2 - 8 ? height + 34 : top > height / 2 ? 4 : height - tip.offsetHeight - 4) + "px";
  }

  tipHead(row) {
    const head = document.createElement("div");
    head.className = "at";
    head.textContent = this.figure.axisName(this.panel) + " " + formatNumber(row.x, 5);
    return head;
  }

  tipRow(row, bold) {
    const line = document.createElement("div");
    line.className = bold ? "row nearest" : "row";
    const sample = document.createElement("i"), name = document.createElement("span"), value = document.createElement("b");
    sample.style.background = this.colour(row.curve);
    name.textContent = this.figure.data.legend[row.curve.s].label;
    const band = bold && row.low != null && row.high != null && row.low !== row.high;
    value.textContent = formatNumber(row.y) + (band ? " [" + formatNumber(row.low, 3) + ", " + formatNumber(row.high, 3) + "]" : "");
    line.append(sample, name, value);
    return line;
  }

  /// A cross where a curve ends because a run diverged or failed.
  crosses(u) {
    const { ctx } = u, r = 4 * devicePixelRatio;
    this.panel.curves.forEach((curve, k) => {
      const s = kMedian * (k + 1), values = u.data[s];
      if (!curve.early || !u.series[s].show) return;
      let i = values.length - 1;
      while (i >= 0 && values[i] == null) --i;
      if (i < 0) return;
      const x = u.valToPos(u.data[0][i], "x", true), y = u.valToPos(values[i], "y", true);
      ctx.save();
      ctx.strokeStyle = this.colour(curve);
      ctx.lineWidth = 2 * devicePixelRatio;
      ctx.beginPath();
      ctx.moveTo(x - r, y - r); ctx.lineTo(x + r, y + r);
      ctx.moveTo(x - r, y + r); ctx.lineTo(x + r, y - r);
      ctx.stroke();
      ctx.restore();
    });
  }

  /// Hollow marks for what the paper prints.
  circles(u) {
    const { ctx } = u, r = 4 * devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(u.bbox.left - r, u.bbox.top - r, u.bbox.width + 2 * r, u.bbox.height + 2 * r);
    ctx.clip();
    ctx.lineWidth = 2 * devicePixelRatio;
    for (const point of this.printed()) {
      ctx.strokeStyle = this.colour(point);
      ctx.beginPath();
      ctx.arc(u.valToPos(point.x, "x", true), u.valToPos(point.y, "y", true), r, 0, 2 * Math.PI);
      ctx.stroke();
    }
    ctx.restore();
  }

  key(event) {
    const u = this.chart;
    const moves = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
    if (!u || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in moves) this.step(moves[event.key]);
    else if (event.key === "+" || event.key === "=") this.zoom(0.5);
    else if (event.key === "-") this.zoom(2);
    else if (event.key === "0" || event.key === "Escape") this.reset();
    else return;
    event.preventDefault();
  }

  /// Moves the cursor by some points within what is shown, and says the values.
  step(by) {
    const u = this.chart, xs = u.data[0], { min, max } = u.scales.x;
    const shown = [...xs.keys()].filter((i) => xs[i] >= min && xs[i] <= max);
    if (!shown.length) return;
    const at = u.cursor.left >= 0 ? shown.indexOf(u.posToIdx(u.cursor.left)) : -1;
    const next = Math.max(0, Math.min(shown.length - 1, at + by));
    this.keyed = true;
    u.setCursor({ left: u.valToPos(xs[shown[next]], "x"), top: u.over.clientHeight / 3 });
    this.keyed = false;
    const rows = this.values();
    this.figure.say(rows.length ? this.figure.axisName(this.panel) + " " + formatNumber(xs[shown[next]]) + ": " +
      rows.map((row) => this.figure.data.legend[row.curve.s].label + " " + formatNumber(row.y)).join("; ") : "no values here");
  }

  /// Shrinks or widens what is shown around the cursor, within the data.
  zoom(factor) {
    const u = this.chart, xs = u.data[0], { min, max } = u.scales.x;
    if (xs.length < 2) return;
    const [to, from] = this.log.x ? [Math.log, Math.exp] : [(v) => v, (v) => v];
    const centre = u.cursor.left >= 0 ? to(u.posToVal(u.cursor.left, "x")) : (to(min) + to(max)) / 2;
    const low = Math.max(to(xs[0]), centre - (centre - to(min)) * factor);
    const high = Math.min(to(xs[xs.length - 1]), centre + (to(max) - centre) * factor);
    if (high > low) u.setScale("x", { min: from(low), max: from(high) });
  }
}

/// The room that the names of the vertical axis need.
function labelWidth(u, names, axisIndex, cycle) {
  const axis = u.axes[axisIndex];
  if (cycle > 1) return axis._size;
  const longest = (names ?? []).reduce((a, b) => (b.length > a.length ? b : a), "");
  u.ctx.font = axis.font[0];
  return Math.ceil(axis.ticks.size + axis.gap + 6 + u.ctx.measureText(longest).width / devicePixelRatio);
}
