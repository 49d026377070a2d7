// One figure over the last hour.

import { attribute, h, s, text } from "./dom.js";
import { time } from "./format.js";

const WIDTH = 300;
const HEIGHT = 70;

class MetricPlot extends HTMLElement {
  #title = h("span");
  #now = h("strong");
  #line = s("path", { class: "plot-line" });
  #area = s("path", { class: "plot-area" });
  #mark = s("line", { class: "plot-mark", y1: "0", y2: HEIGHT, visibility: "hidden" });
  #svg = s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": "no samples yet" }, this.#area, this.#line, this.#mark);
  #range = h("div", { class: "plot-range quiet small" }, h("span"), h("span"));
  #data = null;

  connectedCallback() {
    this.replaceChildren(h("div", { class: "line between" }, this.#title, this.#now), this.#svg, this.#range);
    this.#svg.addEventListener("pointermove", event => this.#point(event));
    this.#svg.addEventListener("pointerleave", () => this.#rest());
  }

  /** Shows values (null: none) at times; `format` says how a value reads. */
  show(title, times, values, format) {
    this.#data = { times, values, format };
    text(this.#title, title);
    const known = values.filter(v => v !== null);
    if (known.length < 2) {
      text(this.#now, known.length === 1 ? format(known[0]) : "–");
      attribute(this.#svg, "aria-label", `${title}: no plot yet`);
      text(this.#range.firstChild, "a plot comes with the second sample");
      return;
    }
    const top = Math.max(...known, 1e-9) * 1.1;
    const x = i => WIDTH * i / (values.length - 1);
    const y = v => HEIGHT - 2 - (HEIGHT - 6) * v / top;
    let line = "";
    values.forEach((v, i) => { if (v !== null) line += `${i > 0 && values[i - 1] !== null ? "L" : "M"}${x(i).toFixed(1)} ${y(v).toFixed(1)}`; });
    attribute(this.#line, "d", line);
    const first = values.findIndex(v => v !== null);
    attribute(this.#area, "d", values.includes(null, first) ? "" : `${line}L${WIDTH} ${HEIGHT}L${x(first)} ${HEIGHT}z`);
    attribute(this.#svg, "aria-label", `${title}: now ${format(values.at(-1) ?? known.at(-1))}, at least ${format(Math.min(...known))}, at most ${format(Math.max(...known))}`);
    text(this.#range.firstChild, `since ${time(times[0])}`);
    text(this.#range.lastChild, `at most ${format(Math.max(...known))}`);
    this.#rest();
  }

  #point(event) {
    if (!this.#data || this.#data.values.length < 2) return;
    const { times, values, format } = this.#data;
    const i = Math.round((values.length - 1) * event.offsetX / this.#svg.clientWidth);
    if (values[i] === null || values[i] === undefined) return;
    text(this.#now, `${format(values[i])} at ${time(times[i])}`);
    attribute(this.#mark, "x1", WIDTH * i / (values.length - 1));
    attribute(this.#mark, "x2", WIDTH * i / (values.length - 1));
    attribute(this.#mark, "visibility", "visible");
  }

  #rest() {
    const { values, format } = this.#data ?? { values: [] };
    const last = values.findLast(v => v !== null);
    if (last !== undefined) text(this.#now, format(last));
    attribute(this.#mark, "visibility", "hidden");
  }
}

customElements.define("metric-plot", MetricPlot);
