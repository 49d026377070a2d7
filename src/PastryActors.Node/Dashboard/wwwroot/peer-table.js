// Nodes that this node knows, in a table.

import { h, keyed, text } from "./dom.js";
import { micros } from "./format.js";

class PeerTable extends HTMLElement {
  #rows = h("tbody");
  #none = h("p", { class: "quiet" }, "none");
  #table;

  connectedCallback() {
    const first = this.getAttribute("first");
    this.#table = h("table", {}, h("caption", { class: "sr" }, this.getAttribute("of")), h("thead", {}, h("tr", {}, [first, "Node", "Address", "Round trip"].filter(Boolean).map(title => h("th", { scope: "col" }, title)))), this.#rows);
    this.replaceChildren(this.#none, h("div", { class: "scroll" }, this.#table));
  }

  /** Shows peers: {nodeId, address, rttMicros}, and `first` where the table has a first column of its own. */
  show(peers) {
    this.#none.hidden = peers.length > 0;
    this.#table.hidden = peers.length === 0;
    keyed(this.#rows, peers, p => `${p.first} ${p.nodeId}`, p => h("tr", {}, p.first === undefined ? null : h("td"), h("td", { class: "mono id" }), h("td", { class: "mono" }), h("td")), (row, p) => {
      const cells = [...p.first === undefined ? [] : [p.first], p.nodeId, p.address, micros(p.rttMicros)];
      cells.forEach((cell, i) => text(row.children[i], cell));
    });
  }
}

customElements.define("peer-table", PeerTable);
