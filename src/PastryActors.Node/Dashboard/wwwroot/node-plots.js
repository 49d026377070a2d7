// The node's figures over the last hour, small beside one another. The node records them; a page opened now sees what was.

import { Repeater, ask } from "./api.js";
import { h } from "./dom.js";
import { bytes, number } from "./format.js";
import "./metric-plot.js";

const PERIOD_MS = 10000;

const level = (title, name, format) => ({ title, names: [name], values: series => series[name], format });
/** What was counted, as so much a second. */
const rate = (title, names, format) => ({
  title, names, format: value => `${format(value)}/s`,
  values: (series, times) => times.map((at, i) => {
    const [now, before] = [i, i - 1].map(k => names.reduce((sum, name) => sum + (series[name]?.[k] ?? NaN), 0));
    // A counter that fell: the process started again.
    return i > 0 && now >= before ? (now - before) * 1000 / (Date.parse(at) - Date.parse(times[i - 1])) : null;
  }),
});
const small = value => value < 10 ? value.toFixed(1) : number(Math.round(value));

const PLOTS = [
  level("Mailbox", "mailbox_depth", value => `${number(value)} waiting`),
  rate("Messages sent", ["control_messages_sent", "bulk_messages_sent"], small),
  rate("Messages received", ["control_messages_received", "bulk_messages_received"], small),
  rate("Sent", ["control_bytes_sent", "bulk_bytes_sent"], bytes),
  level("Store", "object_bytes", bytes),
  level("Objects", "objects", number),
  level("Memory", "process_memory_bytes", bytes),
  level("Leaf set", "leaf_set_members", value => `${number(value)} nodes`),
  level("Connections", "connections_open", number),
];

class NodePlots extends HTMLElement {
  #plots = PLOTS.map(() => h("metric-plot"));
  #repeat = new Repeater(signal => this.#look(signal), PERIOD_MS);

  connectedCallback() {
    this.replaceChildren(...this.#plots);
    this.#repeat.start();
  }

  disconnectedCallback() {
    this.#repeat.stop();
  }

  async #look(signal) {
    const history = await ask(`/metrics/history?names=${PLOTS.flatMap(plot => plot.names)}`, signal);
    PLOTS.forEach((plot, i) => this.#plots[i].show(plot.title, history.at, plot.values(history.series, history.at) ?? [], plot.format));
  }
}

customElements.define("node-plots", NodePlots);
