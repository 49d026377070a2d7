// This node: how it is, whom it knows, what its disk holds, and its last hour.

import { h, keyed, text } from "./dom.js";
import { bytes, number, seconds } from "./format.js";
import { node } from "./live.js";
import "./node-plots.js";
import "./peer-table.js";
import "./worker-table.js";

class NodeView extends HTMLElement {
  #facts = h("dl", { class: "facts", id: "node-facts" });
  #meter = h("progress", { max: "1", value: "0", "aria-label": "Share of the store's capacity that is used" });
  #store = h("p");
  #storeFacts = h("dl", { class: "facts" });
  #right = h("peer-table", { of: "Leaf set, clockwise", first: "" });
  #left = h("peer-table", { of: "Leaf set, counter-clockwise", first: "" });
  #table = h("peer-table", { of: "Routing table", first: "Row" });
  #near = h("peer-table", { of: "Neighbourhood set", first: "" });
  #search = h("input", { type: "search", id: "counter-search", placeholder: "a counter's name", oninput: () => this.#count() });
  #counters = h("tbody");
  #show = () => this.#render();

  connectedCallback() {
    const card = (id, title, ...content) => h("section", { class: "card", "aria-labelledby": id }, h("h2", { id }, title), ...content);
    this.replaceChildren(
      h("div", { class: "two" }, card("about-title", "This node", this.#facts), card("store-title", "Store", this.#store, this.#meter, this.#storeFacts)),
      card("upkeep-title", "Background work", h("worker-table")),
      card("hour-title", "The last hour", h("node-plots")),
      h("div", { class: "two" }, card("right-title", "Leaf set, clockwise", this.#right), card("left-title", "Leaf set, counter-clockwise", this.#left)),
      h("div", { class: "two" }, card("table-title", "Routing table", this.#table), card("near-title", "Neighbourhood set", this.#near)),
      h("section", { class: "card", "aria-labelledby": "counters-title" },
        h("div", { class: "line between" }, h("h2", { id: "counters-title" }, "Counters"), h("label", { class: "sr", for: "counter-search" }, "Search counters"), this.#search),
        h("div", { class: "scroll short" }, h("table", {}, h("caption", { class: "sr" }, "Counters since the process started"), this.#counters))));
    node.addEventListener("status", this.#show);
    if (node.status) this.#render();
  }

  disconnectedCallback() {
    node.removeEventListener("status", this.#show);
  }

  #render() {
    const n = node.status;
    const c = n.counters;
    facts(this.#facts, [
      ["state", n.active ? "active" : `not active: waits for ${n.waitsFor}`], ["nodeId", n.nodeId], ["address", n.address],
      ["leaf set", n.leafSetComplete ? "complete" : "not complete"], ["runs for", seconds(n.uptimeSeconds)], ["process", n.pid], ["version", n.version.replace(/(\+.{8}).*/, "$1")],
      ["mailbox", `${number(n.mailboxDepth)} events wait`], ["connections", number(c.connections_open ?? 0)], ["restarts", number(c.node_restarts ?? 0)]]);
    text(this.#store, `${bytes(n.bytes)} of ${bytes(n.capacityBytes)} used, ${bytes(Math.max(n.capacityBytes - n.bytes, 0))} free`);
    this.#meter.value = n.capacityBytes > 0 ? n.bytes / n.capacityBytes : 0;
    facts(this.#storeFacts, [
      ["objects", number(n.files)], ["live bytes", bytes(c.store_live_bytes ?? 0)], ["volumes", number(c.store_volumes ?? 0)], ["compactions", number(c.store_compactions ?? 0)],
      ["quarantined", number(c.store_quarantined ?? 0)], ["refused, full", number(c.store_full_refusals ?? 0)], ["restored from others", number(c.past_restored ?? 0)], ["being fetched", number(c.past_fetches_open ?? 0)]]);
    this.#right.show(n.leafSetRight);
    this.#left.show(n.leafSetLeft);
    this.#table.show(n.routingTable.flatMap(row => row.entries.map(p => ({ ...p, first: row.prefixDigits }))));
    this.#near.show(n.neighbourhood);
    this.#count();
  }

  #count() {
    const wanted = this.#search.value.trim().toLowerCase().replaceAll(" ", "_");
    const counters = Object.entries(node.status?.counters ?? {}).filter(([name]) => name.includes(wanted)).sort(([a], [b]) => a < b ? -1 : 1);
    keyed(this.#counters, counters, ([name]) => name, ([name]) => h("tr", {}, h("th", { scope: "row" }, name.replaceAll("_", " ")), h("td", { class: "figure" })), (row, [, value]) => text(row.children[1], number(value)));
  }
}

function facts(list, pairs) {
  keyed(list, pairs, pair => pair[0], () => h("div", {}, h("dt"), h("dd")), (row, [name, value]) => {
    text(row.children[0], name);
    text(row.children[1], value);
  });
}

customElements.define("node-view", NodeView);
