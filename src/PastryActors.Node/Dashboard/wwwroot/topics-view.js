// Topics: those whose trees this node is in, and those that are followed here.

import { Repeater, ask } from "./api.js";
import { h, keyed, text } from "./dom.js";
import { number, short } from "./format.js";
import "./topic-panel.js";

const PERIOD_MS = 3000;
/** A subscription stands after a route or two: then the list is asked for anew. */
const SOON_MS = 500;
/** Topics followed stay followed when another view is looked at, and after a reload of the page. */
const followed = new Set(JSON.parse(sessionStorage.getItem("topics") ?? "[]"));

class TopicsView extends HTMLElement {
  #field = h("input", { id: "topic-name", placeholder: "a topic's name", autocomplete: "off", spellcheck: "false", required: true, maxlength: "256" });
  #rows = h("tbody");
  #words = h("p", { class: "quiet", role: "status" });
  #table = h("table", { id: "topics" }, h("thead", {}, h("tr", {}, ["Topic", "Place in its tree", "Children", "Subscribers", "Last", ""].map(title => h("th", { scope: "col" }, title)))), this.#rows);
  #panels = h("div", { class: "panels" });
  #repeat = new Repeater(signal => this.#look(signal), PERIOD_MS);

  connectedCallback() {
    this.replaceChildren(
      h("section", { class: "card", "aria-labelledby": "topics-title" }, h("h2", { id: "topics-title" }, "Topics"),
        h("form", { class: "line", onsubmit: event => { event.preventDefault(); this.#follow(this.#field.value.trim()); this.#field.value = ""; } },
          h("label", { class: "sr", for: "topic-name" }, "Topic"), this.#field, h("button", { class: "primary" }, "Subscribe")),
        this.#words, h("div", { class: "scroll" }, this.#table)),
      this.#panels);
    this.#arrange();
    this.#repeat.start();
  }

  disconnectedCallback() {
    this.#repeat.stop();
  }

  #follow(topic) {
    if (!topic) return;
    followed.add(topic);
    this.#arrange();
    setTimeout(() => this.isConnected && this.#repeat.start(), SOON_MS);
  }

  #arrange() {
    sessionStorage.setItem("topics", JSON.stringify([...followed]));
    keyed(this.#panels, [...followed], topic => topic, topic => {
      const panel = h("topic-panel", { topic, class: "card" });
      panel.addEventListener("leave", () => {
        followed.delete(topic);
        this.#arrange();
      });
      return panel;
    }, () => {});
  }

  async #look(signal) {
    const { topics } = await ask("/topics", signal);
    this.#table.hidden = topics.length === 0;
    text(this.#words, topics.length === 0 ? "This node is in no topic's tree now. Subscribe to one, or publish to it." : "");
    keyed(this.#rows, topics, t => t.topicId, t => h("tr", {}, h("td", { class: "name" }), h("td"), h("td"), h("td"), h("td"), h("td", {}, h("button", { type: "button", hidden: !t.name, onclick: () => this.#follow(t.name) }, "Follow"))), (row, t) => {
      const cells = [t.name || short(t.topicId), t.root ? "root" : t.parent ? `child of ${short(t.parent.nodeId)}` : "joining", number(t.children.length), number(t.subscribers), number(t.lastSequence)];
      cells.forEach((cell, i) => text(row.children[i], cell));
    });
  }
}

customElements.define("topics-view", TopicsView);
