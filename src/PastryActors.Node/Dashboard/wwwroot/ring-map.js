// The ring drawn: nodes on a circle at the place of their ids, and the path of a lookup over them.

import { attribute, h, keyed, s, text } from "./dom.js";
import { short } from "./format.js";

const LABELS_MAX = 40;
const LABEL_WIDTH = 34;
const TURN = 2 ** 48;

/** The place of an id on the ring, in radians clockwise from the top. */
export const angleOf = id => 2 * Math.PI * parseInt(id.slice(0, 12), 16) / TURN;

class RingMap extends HTMLElement {
  #path = s("g", { class: "path" });
  #nodes = s("g", { class: "nodes" });
  #circle = s("circle", { class: "orbit" });
  #count = s("text", { class: "count", "text-anchor": "middle" });
  #words = s("text", { class: "words", "text-anchor": "middle" });
  #arrow = s("defs", {}, s("marker", { id: "arrow", viewBox: "0 0 8 8", refX: "7", refY: "4", markerWidth: "7", markerHeight: "7", orient: "auto-start-reverse" }, s("path", { d: "M0 0L8 4L0 8z" })));
  #svg = s("svg", { role: "group", "aria-label": "The ring. Arrow keys go from node to node." }, this.#arrow, this.#circle, this.#count, this.#words, this.#path, this.#nodes);
  #tip = h("div", { class: "tip", hidden: true, role: "tooltip" });
  #size = 0;
  #data = { nodes: [], summary: "" };
  #trace = null;
  #current = "";

  connectedCallback() {
    this.replaceChildren(this.#svg, this.#tip);
    this.#svg.addEventListener("keydown", event => this.#step(event));
    this.#watch = new ResizeObserver(() => this.#draw());
    this.#watch.observe(this);
  }

  disconnectedCallback() {
    this.#watch.disconnect();
  }

  #watch;

  /** Shows nodes, in order of their ids: {nodeId, kind, title, facts: [[name, value]]}; and words for the middle. */
  show(nodes, summary) {
    this.#data = { nodes, summary };
    this.#draw();
  }

  /** Draws a lookup's path: the hops' nodeIds and the key; null takes it away. */
  trace(trace) {
    this.#trace = trace;
    this.#draw();
  }

  #draw() {
    const size = Math.min(this.clientWidth, 640);
    if (size < 40) return;
    this.#size = size;
    attribute(this.#svg, "viewBox", `0 0 ${size} ${size}`);
    attribute(this.#svg, "width", size);
    attribute(this.#svg, "height", size);
    for (const [name, value] of [["cx", size / 2], ["cy", size / 2], ["r", this.#radius]]) attribute(this.#circle, name, value);
    this.#say();
    const { nodes } = this.#data;
    if (!nodes.some(n => n.nodeId === this.#current)) this.#current = nodes.find(n => n.kind === "self")?.nodeId ?? nodes[0]?.nodeId ?? "";
    keyed(this.#nodes, nodes, n => n.nodeId, n => this.#make(n.nodeId), (g, n) => this.#place(g, n));
    this.#drawPath();
  }

  get #radius() {
    return this.#size / 2 - (this.#size < 480 ? 54 : 62);
  }

  #at(id, reach = 1) {
    const angle = angleOf(id);
    return [this.#size / 2 + reach * this.#radius * Math.sin(angle), this.#size / 2 - reach * this.#radius * Math.cos(angle)];
  }

  #say() {
    const middle = this.#size / 2;
    const living = this.#data.nodes.filter(n => n.kind !== "gone").length;
    for (const [element, y] of [[this.#count, middle - 2], [this.#words, middle + 22]]) {
      attribute(element, "x", middle);
      attribute(element, "y", y);
    }
    text(this.#count, living === 0 ? "" : `${living} ${living === 1 ? "node" : "nodes"}`);
    text(this.#words, this.#data.summary);
  }

  #make(id) {
    const g = s("g", { class: "node", role: "img" }, s("circle", { class: "hit", r: "18" }), s("circle", { class: "dot" }), s("path", { class: "cross", d: "M-4 -4L4 4M-4 4L4 -4" }), s("text", { class: "label" }));
    g.addEventListener("pointerenter", () => this.#point(id));
    g.addEventListener("pointerleave", () => { this.#tip.hidden = true; });
    g.addEventListener("focus", () => { this.#current = id; this.#point(id); this.#draw(); });
    g.addEventListener("blur", () => { this.#tip.hidden = true; });
    g.addEventListener("click", () => this.#point(id));
    return g;
  }

  #place(g, node) {
    const [x, y] = this.#at(node.nodeId);
    const onPath = this.#trace?.hops.includes(node.nodeId) ?? false;
    attribute(g, "transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    attribute(g, "class", `node ${node.kind}${onPath ? " hop" : ""}`);
    attribute(g, "tabindex", node.nodeId === this.#current ? "0" : "-1");
    attribute(g, "aria-label", `${node.title}: ${node.facts.map(([name, value]) => `${name} ${value}`).join(", ")}`);
    const many = this.#data.nodes.length > LABELS_MAX;
    const reach = this.#reach(node);
    attribute(g.children[1], "r", node.kind === "self" ? 9 : many ? 4 : 7);
    const angle = angleOf(node.nodeId);
    const label = g.children[3];
    text(label, many ? "" : short(node.nodeId).slice(0, 4));
    attribute(label, "x", (reach * Math.sin(angle)).toFixed(1));
    attribute(label, "y", (4 - reach * Math.cos(angle)).toFixed(1));
    attribute(label, "text-anchor", Math.abs(Math.sin(angle)) < 0.3 ? "middle" : Math.sin(angle) > 0 === reach > 0 ? "start" : "end");
  }

  // Where two nodes stand close together, also across the top, the label of every second one stands inside the circle.
  #reach(node) {
    const { nodes } = this.#data;
    const gap = i => (angleOf(nodes[i].nodeId) - angleOf(nodes.at(i - 1).nodeId) + 2 * Math.PI) % (2 * Math.PI) * this.#radius;
    let close = 0;
    for (let i = nodes.indexOf(node); close < nodes.length - 1 && gap(i) < LABEL_WIDTH; i = (i + nodes.length - 1) % nodes.length) close++;
    return close % 2 === 0 ? 20 : -20;
  }

  #drawPath() {
    this.#path.replaceChildren();
    this.classList.toggle("tracing", this.#trace !== null);
    if (!this.#trace) return;
    const middle = this.#size / 2;
    const { hops, key } = this.#trace;
    for (let i = 1; i < hops.length; i++) {
      const [x1, y1] = this.#at(hops[i - 1], 0.96);
      const [x2, y2] = this.#at(hops[i], 0.93);
      const [cx, cy] = [(x1 + x2) / 2, (y1 + y2) / 2].map(v => v + 0.35 * (middle - v));
      const id = `hop-${i}`;
      this.#path.append(
        s("path", { id, class: "leg", d: `M${x1} ${y1}Q${cx} ${cy} ${x2} ${y2}`, "marker-end": "url(#arrow)", pathLength: "1" }),
        s("text", { class: "leg-number", x: (x1 + x2 + 2 * cx) / 4, y: (y1 + y2 + 2 * cy) / 4 + 4, "text-anchor": "middle" }, String(i)));
    }
    const [kx, ky] = this.#at(key);
    this.#path.append(s("path", { class: "key", d: `M${kx} ${ky - 8}L${kx + 8} ${ky}L${kx} ${ky + 8}L${kx - 8} ${ky}z` }, s("title", {}, `the key ${key}`)));
  }

  #point(id) {
    const node = this.#data.nodes.find(n => n.nodeId === id);
    if (!node) return;
    this.#tip.replaceChildren(h("strong", {}, node.title), h("dl", {}, node.facts.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
    this.#tip.hidden = false;
    const [x, y] = this.#at(id);
    const left = Math.max(0, Math.min(x - this.#tip.offsetWidth / 2, this.clientWidth - this.#tip.offsetWidth));
    const above = y > this.#size / 2;
    this.#tip.style.left = `${left + (this.clientWidth - this.#size) / 2 * (this.clientWidth > this.#size ? 1 : 0)}px`;
    this.#tip.style.top = `${above ? y - this.#tip.offsetHeight - 16 : y + 18}px`;
  }

  #step(event) {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const { nodes } = this.#data;
    if (!steps || nodes.length === 0) return;
    event.preventDefault();
    const at = nodes.findIndex(n => n.nodeId === this.#current);
    this.#current = nodes[(at + steps + nodes.length) % nodes.length].nodeId;
    [...this.#nodes.children].find(g => g.dataset.key === this.#current)?.focus();
  }
}

customElements.define("ring-map", RingMap);
