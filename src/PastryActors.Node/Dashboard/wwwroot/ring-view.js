// The ring: who is in it, as seen from this node, live; and the way that a lookup takes through it.

import { Repeater, ask } from "./api.js";
import { h, keyed, text } from "./dom.js";
import { bytes, micros, seconds, short } from "./format.js";
import { node } from "./live.js";
import "./ring-map.js";

const PERIOD_MS = 3000;
/** A node that is gone stays on the map for so long: it was not forgotten, it died. */
const MOURNING_MS = 300000;
const KINDS = { self: "this node", leaf: "leaf set", table: "routing table", other: "further nodes", gone: "gone or silent" };

class RingView extends HTMLElement {
  #map = h("ring-map");
  #rows = h("tbody");
  #key = h("input", { id: "route-key", placeholder: "a fileId, a topic, any text", autocomplete: "off", spellcheck: "false", maxlength: "512" });
  #said = h("div", { id: "route", "aria-live": "polite" });
  #seen = new Map();
  #walk = null;
  #leafs = "";
  #repeat = new Repeater(signal => this.#look(signal), PERIOD_MS);
  #onStatus = () => this.#status();

  connectedCallback() {
    const legend = h("ul", { class: "legend", "aria-label": "Colours" }, Object.entries(KINDS).map(([kind, words]) => h("li", { class: kind }, h("i"), words)));
    this.replaceChildren(h("div", { class: "ring-columns" },
      h("section", { class: "card", "aria-labelledby": "ring-title" }, h("h2", { id: "ring-title" }, "Ring"), this.#map, legend),
      h("div", { class: "stack" },
        h("section", { class: "card", "aria-labelledby": "route-title" }, h("h2", { id: "route-title" }, "Follow a lookup"),
          h("form", { class: "line", id: "route-form", onsubmit: event => { event.preventDefault(); this.#route(this.#key.value.trim()); } },
            h("label", { class: "sr", for: "route-key" }, "Key"), this.#key, h("button", { class: "primary" }, "Trace")), this.#said),
        h("section", { class: "card", "aria-labelledby": "nodes-title" }, h("h2", { id: "nodes-title" }, "Nodes"),
          h("div", { class: "scroll" }, h("table", { id: "ring-nodes" }, h("thead", {}, h("tr", {}, ["Node", "Address", "Round trip", "State"].map(title => h("th", { scope: "col" }, title)))), this.#rows))))));
    node.addEventListener("status", this.#onStatus);
    this.#repeat.start();
    const wanted = new URLSearchParams(location.hash.split("?")[1]).get("key");
    if (wanted) {
      this.#key.value = wanted;
      this.#route(wanted);
    }
  }

  disconnectedCallback() {
    node.removeEventListener("status", this.#onStatus);
    this.#repeat.stop();
  }

  async #look(signal) {
    this.#walk = await ask("/ring", signal);
    const now = Date.now();
    for (const n of this.#walk.nodes) this.#seen.set(n.nodeId, { ...n, at: n.answered ? now : this.#seen.get(n.nodeId)?.at ?? now, inWalk: now });
    for (const [id, n] of this.#seen) if (now - n.at > MOURNING_MS) this.#seen.delete(id);
    this.#show(now);
  }

  // A changed leaf set is news of the ring: it is walked again at once.
  #status() {
    const leafs = [...node.status.leafSetLeft, ...node.status.leafSetRight].map(p => p.nodeId).join();
    if (this.#leafs && leafs !== this.#leafs) this.#repeat.start();
    this.#leafs = leafs;
    if (this.#walk) this.#show(Math.max(...[...this.#seen.values()].map(n => n.inWalk)));
  }

  #show(walkedAt) {
    const peers = this.#peers();
    const nodes = [...this.#seen.values()].sort((a, b) => a.nodeId < b.nodeId ? -1 : 1).map(n => this.#describe(n, peers, n.inWalk === walkedAt && n.answered));
    this.#map.show(nodes, this.#walk.truncated ? "and more than this walk" : this.#walk.whole ? "the ring is whole" : "the ring is not whole");
    keyed(this.#rows, nodes, n => n.nodeId, () => h("tr", {}, h("td", { class: "mono" }), h("td", { class: "mono" }), h("td"), h("td", {}, h("span", { class: "tag" }))), (row, n) => {
      text(row.children[0], short(n.nodeId));
      row.children[0].title = n.nodeId;
      text(row.children[1], n.address);
      text(row.children[2], n.trip);
      text(row.children[3].firstChild, n.state);
      row.children[3].firstChild.className = `tag ${n.kind}`;
    });
  }

  #peers() {
    const status = node.status;
    const peers = new Map();
    if (!status) return peers;
    for (const row of status.routingTable) for (const p of row.entries) peers.set(p.nodeId, { ...p, kind: "table" });
    for (const p of [...status.leafSetLeft, ...status.leafSetRight]) peers.set(p.nodeId, { ...p, rttMicros: p.rttMicros ?? peers.get(p.nodeId)?.rttMicros, kind: "leaf" });
    return peers;
  }

  #describe(n, peers, present) {
    const self = n.nodeId === node.status?.nodeId;
    const peer = peers.get(n.nodeId);
    const kind = !present ? "gone" : self ? "self" : peer?.kind ?? "other";
    const trip = self ? "here" : micros(peer?.rttMicros);
    const state = !present ? `gone for ${seconds((Date.now() - n.at) / 1000)}` : n.active ? KINDS[kind] : "joining";
    const facts = [["id", n.nodeId], ["address", n.address], ["round trip", trip], ["state", state]];
    if (self) facts.push(["load", `${node.status.mailboxDepth} events wait, ${node.status.files} objects, ${bytes(node.status.bytes)}`]);
    return { nodeId: n.nodeId, address: n.address, kind, trip, state, title: self ? "This node" : `Node ${short(n.nodeId)}`, facts };
  }

  async #route(key) {
    if (!key) return this.#clear();
    text(this.#said, "asking …");
    try {
      const trace = await ask(`/routes/${encodeURIComponent(key)}`);
      this.#map.trace({ key: trace.key, hops: trace.hops.map(hop => hop.nodeId) });
      this.#said.replaceChildren(
        h("p", {}, trace.hops.length === 1 ? "This node is the key's root." : `${trace.hops.length - 1} ${trace.hops.length === 2 ? "hop" : "hops"} to the key's root, ${short(trace.root)}.`),
        h("ol", { class: "hops", start: "0" }, trace.hops.map((hop, i) => h("li", {}, h("span", { class: "mono" }, short(hop.nodeId)), ` ${hop.address}`, h("span", { class: "quiet" }, i === 0 ? " this node" : ` ${micros(hop.rttMicros)}`)))),
        h("p", { class: "quiet small" }, "key ", h("span", { class: "mono" }, trace.key)),
        h("button", { type: "button", onclick: () => this.#clear() }, "Clear"));
    } catch (refused) {
      this.#said.replaceChildren(h("p", { class: "bad-text" }, `The lookup failed: ${refused.message}`));
    }
  }

  #clear() {
    this.#map.trace(null);
    this.#said.replaceChildren();
    this.#key.value = "";
  }
}

customElements.define("ring-view", RingView);
