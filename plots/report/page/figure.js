// A figure: its panels, the legend that all of them share, and the choice of the horizontal axis.

class ChartFigure {
  constructor(element) {
    this.element = element;
    this.data = JSON.parse(element.querySelector("script[type='application/json']").textContent);
    this.hidden = new Set();
    this.select = element.querySelector("select.axis");
    this.axis = "";  // every panel's own
    this.buttons = [...element.querySelectorAll("button.curve")];
    const boxes = element.querySelectorAll(".panel");
    this.charts = this.data.panels.map((panel, p) => new PanelChart(boxes[p], panel, this));
    this.names = [...boxes].map((box) => box.querySelector(".x-name").innerHTML);
    this.connect();
  }

  connect() {
    const find = (selector) => this.element.querySelector(selector);
    for (const button of this.buttons) {
      const k = Number(button.dataset.series);
      button.addEventListener("click", () => this.toggle(k));
      button.addEventListener("dblclick", () => this.isolate(k));
      button.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        event.preventDefault();
        this.isolate(k);
      });
    }
    find(".all").addEventListener("click", () => this.show(new Set()));
    find(".reset").addEventListener("click", () => this.charts.forEach((chart) => chart.reset()));
    for (const button of this.element.querySelectorAll("button.zoom"))
      button.addEventListener("click", () => this.charts.forEach((chart) => chart.zoom(Number(button.dataset.factor))));
    this.select?.addEventListener("change", () => this.setAxis(this.select.value));
    find(".csv")?.addEventListener("click", () => saveText(this.data.id + ".csv", this.csv()));
  }

  build() {
    for (const chart of this.charts) chart.build();
  }

  toggle(k) {
    const hidden = new Set(this.hidden);
    if (!hidden.delete(k)) hidden.add(k);
    this.show(hidden);
  }

  /// Shows one curve alone; all of them again where it is alone already.
  isolate(k) {
    const others = this.data.legend.map((_, i) => i).filter((i) => i !== k);
    const alone = !this.hidden.has(k) && others.every((i) => this.hidden.has(i));
    this.show(new Set(alone ? [] : others));
  }

  show(hidden) {
    this.hidden = hidden;
    this.buttons.forEach((button, k) => button.setAttribute("aria-pressed", !hidden.has(k)));
    for (const chart of this.charts) chart.update();
  }

  setAxis(axis) {
    this.axis = axis;
    const name = this.select.selectedOptions[0].textContent;
    this.charts.forEach((chart, p) => {
      const label = chart.box.querySelector(".x-name");
      if (axis === "") label.innerHTML = this.names[p];
      else label.textContent = name;
      chart.build();
    });
  }

  /// The name of the axis in words, for tooltips and for those who listen.
  axisName(panel) {
    if (this.axis !== "") return this.select.selectedOptions[0].textContent;
    return this.element.querySelectorAll(".x-name")[this.data.panels.indexOf(panel)].textContent;
  }

  say(text) {
    this.element.querySelector(".readout").textContent = text;
  }

  /// One line per point: panel, curve, every axis, median, smallest and largest value.
  csv() {
    const quote = (text) => '"' + String(text).replaceAll('"', '""') + '"';
    const { arrays, legend, panels } = this.data;
    const axes = [...new Set(panels.flatMap((panel) => panel.curves.flatMap((curve) => Object.keys(curve.x))))];
    const printed = (panel) => (panel.printed ?? []).flatMap((set) => set.x.map((x, i) => [
      quote(panel.y), quote(legend[set.s].label + " (" + set.source + ")"), ...axes.map((axis) => (axis === panel.x ? x : "")),
      set.y[i], set.y[i], set.y[i]].join(",")));
    const lines = [["quantity", "curve", ...axes, "median", "low", "high"].map(quote).join(",")];
    for (const panel of panels) {
      for (const curve of panel.curves)
        arrays[curve.y].forEach((y, i) => {
          const xs = axes.map((axis) => (axis in curve.x ? arrays[curve.x[axis]][i] : ""));
          lines.push([quote(panel.y), quote(legend[curve.s].label), ...xs, y, arrays[curve.low ?? curve.y][i],
                      arrays[curve.high ?? curve.y][i]].join(","));
        });
      lines.push(...printed(panel));
    }
    return lines.join("\n") + "\n";
  }
}
