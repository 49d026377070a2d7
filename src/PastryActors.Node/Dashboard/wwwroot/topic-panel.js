// One topic: its counters at this node, its whole tree, its messages as they come, and a line to publish.

import { Repeater, ask, send, topicPath } from "./api.js";
import { h, text } from "./dom.js";
import { number, payload, short, time } from "./format.js";
import { node } from "./live.js";
import { TopicLine } from "./topic-line.js";
import "./topic-tree.js";

const PERIOD_MS = 2000;
/** Messages kept on the page; older ones scroll away. */
const MESSAGES_MAX = 200;

class TopicPanel extends HTMLElement {
  #line = null;
  #state = h("span", { class: "pill warn", role: "status" }, "subscribing");
  #counters = h("p", { class: "quiet" });
  #tree = h("topic-tree");
  #shape = h("p", { class: "quiet small" });
  #place = null;
  #messages = h("ol", { class: "messages", "aria-live": "polite", "aria-label": "Messages" });
  #empty = h("p", { class: "quiet" }, "Messages published from now on appear here.");
  #field = h("input", { placeholder: "a message", autocomplete: "off", "aria-label": "Message", class: "message-field" });
  #said = h("p", { role: "alert", class: "bad-text" });
  #repeat = new Repeater(signal => this.#look(signal), PERIOD_MS);

  get topic() {
    return this.getAttribute("topic");
  }

  connectedCallback() {
    this.replaceChildren(
      h("div", { class: "line between" }, h("h2", { class: "name" }, this.topic), this.#state,
        h("button", { type: "button", onclick: () => this.dispatchEvent(new Event("leave")) }, "Leave")),
      this.#counters, h("div", { class: "scroll" }, this.#tree), this.#shape,
      h("form", { class: "line", onsubmit: event => { event.preventDefault(); this.#publish(); } }, this.#field, h("button", { class: "primary" }, "Publish")),
      this.#said, this.#empty, this.#messages);
    this.#line = new TopicLine(this.topic);
    this.#line.addEventListener("event", event => this.#take(event.detail));
    this.#line.addEventListener("line", event => this.#turn(event.detail));
    this.#line.open();
    this.#repeat.start();
  }

  disconnectedCallback() {
    this.#line.close();
    this.#repeat.stop();
  }

  #turn({ stands, reason }) {
    this.#state.className = `pill ${stands ? "good" : "bad"}`;
    text(this.#state, stands ? "subscribed" : "not subscribed, trying again");
    this.#state.title = reason ?? "";
  }

  #take({ event, data }) {
    if (event === "message") this.#add(h("span", { class: "mono" }, `#${data.sequence}`), payload(data.payload ?? ""), `${short(data.publisher)} · ${time(Date.now())}`, "");
    else if (event === "gap") this.#add(h("span", { class: "mono" }, `#${data.gap[0]}–${data.gap[1]}`), `missing: ${data.reason}`, "", "gap");
  }

  #add(number, words, from, kind) {
    this.#empty.hidden = true;
    this.#messages.prepend(h("li", { class: kind }, number, h("span", { class: "payload" }, words), h("span", { class: "quiet small" }, from)));
    if (this.#messages.children.length > MESSAGES_MAX) this.#messages.lastChild.remove();
  }

  async #look(signal) {
    const { nodeId, topics } = await ask(`/topics?topic=${encodeURIComponent(this.topic)}`, signal);
    if (topics.length === 0) return;
    const t = topics[0];
    text(this.#counters, `${number(t.subscribers)} ${t.subscribers === 1 ? "subscriber" : "subscribers"} here · last message #${number(t.lastSequence)} · ${number(t.delivered)} delivered · ${number(t.gaps)} missing · ${number(t.duplicates)} doubled and dropped`);
    // A node that has just got its parent, or become the root, is in a tree that may not stand yet.
    const [place, before] = [t.root ? "root" : t.parent?.nodeId, this.#place];
    this.#place = place;
    if (!place || place !== before) return;
    const tree = await ask(`${topicPath(this.topic)}/tree`, signal);
    this.#tree.show(tree, node.status?.nodeId ?? nodeId);
    text(this.#shape, `${number(tree.nodes.length)} ${tree.nodes.length === 1 ? "node" : "nodes"}, ${number(tree.subscribers)} ${tree.subscribers === 1 ? "subscriber" : "subscribers"}, ${number(tree.depth)} ${tree.depth === 1 ? "hop" : "hops"} deep${tree.whole ? "" : "; it changes just now"}${tree.truncated ? "; and more than were asked" : ""}`);
  }

  async #publish() {
    text(this.#said, "");
    const message = this.#field.value;
    try {
      await send(topicPath(this.topic), { method: "POST", body: message });
      if (this.#field.value === message) this.#field.value = "";
    } catch (refused) {
      text(this.#said, `It was not published: ${refused.message}`);
    }
  }
}

customElements.define("topic-panel", TopicPanel);
