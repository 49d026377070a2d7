// Streams: the channels that this node takes part in, and where it stands in each of their 16 trees.

import { Repeater, ask } from "./api.js";
import { h, attribute, keyed, text } from "./dom.js";
import { number, short } from "./format.js";

const PERIOD_MS = 2000;

class StreamsView extends HTMLElement {
  #offer = h("p", { class: "quiet", id: "streams-offer" });
  #words = h("p", { class: "quiet", role: "status" });
  #rows = h("tbody");
  #table = h("table", { id: "channels", hidden: true }, h("thead", {}, h("tr", {}, ["Channel", "Here", "Stripes, by first digit", "Children", "Block", "Missing"].map(title => h("th", { scope: "col" }, title)))), this.#rows);
  #legend = h("ul", { class: "stripe-legend quiet small" }, [["root", "root of the stripe"], ["attached", "comes from a parent"], ["source", "published here"], ["joining", "looks for a parent"], ["out", "not taken"]].map(([place, words]) => h("li", {}, h("i", { class: `stripe ${place}` }), words)));
  #repeat = new Repeater(signal => this.#look(signal), PERIOD_MS);

  connectedCallback() {
    this.replaceChildren(h("section", { class: "card", "aria-labelledby": "streams-title" }, h("h2", { id: "streams-title" }, "Streams"),
      this.#offer, this.#words, h("div", { class: "scroll" }, this.#table), this.#legend));
    this.#repeat.start();
  }

  disconnectedCallback() {
    this.#repeat.stop();
  }

  async #look(signal) {
    const { channels, children, offer } = await ask("/streams", signal);
    this.#table.hidden = this.#legend.hidden = channels.length === 0;
    text(this.#offer, `This node serves ${number(children)} children of ${number(offer)} that it offers.`);
    text(this.#words, channels.length === 0 ? "It takes part in no channel now. Watch one, or publish on it: pastry stream watch CHANNEL." : "");
    keyed(this.#rows, channels, c => c.channelId, () => this.#make(), (row, c) => this.#update(row, c));
  }

  #make() {
    const stripes = Array.from({ length: 16 }, (_, i) => h("span", { class: "stripe", role: "listitem" }, i.toString(16)));
    return h("tr", {}, h("td", { class: "name" }), h("td", { class: "here" }), h("td", {}, h("span", { class: "stripes", role: "list", "aria-label": "Stripes" }, stripes)), h("td"), h("td"), h("td"));
  }

  #update(row, channel) {
    const { stripes, watchers } = channel;
    const here = [channel.publishes && "publishes", watchers > 0 && `${number(watchers)} ${watchers === 1 ? "watcher" : "watchers"}`].filter(Boolean).join(", ");
    const block = stripes.reduce((most, s) => Math.max(most, s.last), 0);
    const cells = [channel.name || short(channel.channelId), here || "forwards", null, number(stripes.reduce((sum, s) => sum + s.children.length, 0)), number(block), watchers > 0 ? number(channel.lost) : "–"];
    cells.forEach((cell, i) => cell !== null && text(row.children[i], cell));
    const marks = row.children[2].firstElementChild.children;
    for (const stripe of stripes) {
      const children = stripe.children.length === 0 ? "" : `, ${number(stripe.children.length)} ${stripe.children.length === 1 ? "child" : "children"}`;
      const words = `stripe ${stripe.index.toString(16)}: ${stripe.place}${stripe.parent ? ` below ${short(stripe.parent.nodeId)}` : ""}${children}, block ${number(stripe.last)}`;
      const mark = marks[stripe.index];
      attribute(mark, "class", `stripe ${stripe.place}${children ? " serves" : ""}`);
      attribute(mark, "title", words);
      attribute(mark, "aria-label", words);
    }
  }
}

customElements.define("streams-view", StreamsView);
