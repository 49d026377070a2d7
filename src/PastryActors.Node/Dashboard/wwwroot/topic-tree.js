// A topic's whole tree, as its nodes described it when they were asked one by one from the root down.

import { attribute, s, text } from "./dom.js";
import { number, short } from "./format.js";

const ROW = 64;
/** As wide as the longest label. */
const SLOT = 112;
/** More than anybody reads; the rest is counted. */
const NODES_MAX = 400;

class TopicTree extends HTMLElement {
  #svg = s("svg", { role: "img" });
  #drawn = "";

  connectedCallback() {
    this.replaceChildren(this.#svg);
  }

  /** Draws one answer of /topics/NAME/tree; `self` is this node's id. */
  show(tree, self) {
    const nodes = tree.nodes.slice(0, NODES_MAX);
    const said = JSON.stringify([self, nodes.map(n => [n.nodeId, n.answered, n.inTree, n.children, n.subscribers])]);
    if (said === this.#drawn) return;
    this.#drawn = said;
    const places = arrange(nodes, tree.root);
    const width = Math.max(places.slots * SLOT, 180);
    const height = places.rows * ROW;
    attribute(this.#svg, "viewBox", `0 0 ${width} ${height}`);
    attribute(this.#svg, "width", width);
    attribute(this.#svg, "height", height);
    attribute(this.#svg, "aria-label", `${number(tree.nodes.length)} nodes in ${number(tree.depth + 1)} rows, the root is ${short(tree.root)}: ${nodes.map(n => `${short(n.nodeId)} serves ${n.children.map(short).join(", ") || "no child"}`).join("; ")}`);
    this.#svg.replaceChildren();
    for (const [node, place] of places.of) {
      for (const child of node.children) {
        const below = places.byId.get(child);
        if (below) this.#edge(place, below);
      }
    }
    for (const [node, place] of places.of) this.#node(node, place, tree, self);
  }

  #edge(from, to) {
    const middle = (y(from) + y(to)) / 2;
    this.#svg.append(s("path", { class: "edge", d: `M${x(from)} ${y(from)}C${x(from)} ${middle} ${x(to)} ${middle} ${x(to)} ${y(to)}` }));
  }

  #node(node, place, tree, self) {
    const kind = !node.answered ? "gone" : node.nodeId === self ? "self" : node.subscribers > 0 ? "leaf" : "other";
    const g = s("g", { class: `node ${kind}`, transform: `translate(${x(place)} ${y(place)})` },
      s("circle", { class: "dot", r: kind === "self" ? 8 : 6 }), s("path", { class: "cross", d: "M-3 -3L3 3M3 -3L-3 3" }), s("text", { class: "label", y: "22", "text-anchor": "middle" }), s("title"));
    text(g.children[2], node.nodeId === tree.root ? `root ${short(node.nodeId)}` : short(node.nodeId));
    text(g.children[3], `${node.nodeId} ${node.address}\n${!node.answered ? "does not answer" : `${number(node.subscribers)} subscribers, ${number(node.children.length)} children, last message #${number(node.lastSequence)}${node.inTree ? "" : ", not in the tree now"}`}`);
    this.#svg.append(g);
  }
}

const x = place => (place.slot + 0.5) * SLOT;
const y = place => (place.row + 0.35) * ROW;

/** Leaves side by side, every other node over the middle of its children. A child that two claim stands below the first. */
function arrange(nodes, root) {
  const known = new Map(nodes.map(n => [n.nodeId, n]));
  const of = new Map();
  const byId = new Map();
  let slots = 0;
  let rows = 1;
  const put = (node, row) => {
    const place = { row, slot: 0 };
    of.set(node, place);
    byId.set(node.nodeId, place);
    rows = Math.max(rows, row + 1);
    const below = [];
    for (const child of node.children.map(id => known.get(id))) if (child && !of.has(child)) below.push(put(child, row + 1));
    place.slot = below.length > 0 ? (below[0].slot + below.at(-1).slot) / 2 : slots++;
    return place;
  };
  if (known.has(root)) put(known.get(root), 0);
  // Whoever is in no list of children is on its way from one parent to another.
  for (const node of nodes) if (!of.has(node)) put(node, Math.min(node.depth, rows));
  return { of, byId, slots, rows };
}

customElements.define("topic-tree", TopicTree);
