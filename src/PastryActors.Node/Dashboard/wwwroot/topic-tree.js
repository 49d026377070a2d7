// A topic's tree as this node sees it: its parent above, its children below.

import { attribute, s, text } from "./dom.js";
import { short } from "./format.js";

const ROW = 64;
const CHILD_WIDTH = 86;
const CHILDREN_MAX = 8;

class TopicTree extends HTMLElement {
  #svg = s("svg", { role: "img" });
  #drawn = "";

  connectedCallback() {
    this.replaceChildren(this.#svg);
  }

  /** Draws one description of a topic; `self` is this node's id. */
  show(topic, self) {
    const said = JSON.stringify([topic.parent, topic.children, topic.subscribers, topic.root, self]);
    if (said === this.#drawn) return;
    this.#drawn = said;
    const children = topic.children.slice(0, CHILDREN_MAX);
    const more = topic.children.length - children.length;
    const width = Math.max((children.length + (more > 0 ? 1 : 0)) * CHILD_WIDTH, 180);
    const rows = 1 + (topic.parent ? 1 : 0) + (topic.children.length > 0 ? 1 : 0);
    attribute(this.#svg, "viewBox", `0 0 ${width} ${rows * ROW}`);
    attribute(this.#svg, "width", width);
    attribute(this.#svg, "height", rows * ROW);
    attribute(this.#svg, "aria-label", `parent: ${topic.parent ? short(topic.parent.nodeId) : "none, this node is the root"}; children: ${topic.children.map(c => short(c.nodeId)).join(", ") || "none"}`);
    this.#svg.replaceChildren();
    const y = topic.parent ? ROW * 1.5 : ROW / 2;
    if (topic.parent) this.#edge(width / 2, ROW / 2, width / 2, y);
    const xs = Array.from({ length: children.length + (more > 0 ? 1 : 0) }, (_, i, all = children.length + (more > 0 ? 1 : 0)) => width * (i + 0.5) / all);
    for (const x of xs) this.#edge(width / 2, y, x, y + ROW);
    if (topic.parent) this.#node(width / 2, ROW / 2, short(topic.parent.nodeId), "leaf", topic.parent);
    this.#node(width / 2, y, topic.root ? "this node, root" : "this node", "self", { nodeId: self, address: "" });
    children.forEach((child, i) => this.#node(xs[i], y + ROW, short(child.nodeId), "table", child));
    if (more > 0) this.#node(xs.at(-1), y + ROW, `${more} more`, "other", { nodeId: "", address: "" });
  }

  #edge(x1, y1, x2, y2) {
    this.#svg.append(s("path", { class: "edge", d: `M${x1} ${y1}C${x1} ${(y1 + y2) / 2} ${x2} ${(y1 + y2) / 2} ${x2} ${y2}` }));
  }

  #node(x, y, words, kind, name) {
    const g = s("g", { class: `node ${kind}`, transform: `translate(${x} ${y})` }, s("circle", { class: "dot", r: kind === "self" ? 8 : 6 }), s("text", { class: "label", y: "22", "text-anchor": "middle" }), s("title"));
    text(g.children[1], words);
    text(g.children[2], `${name.nodeId} ${name.address}`);
    this.#svg.append(g);
  }
}

customElements.define("topic-tree", TopicTree);
