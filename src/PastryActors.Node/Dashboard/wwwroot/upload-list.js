// The inserts under way and those that ended, each with its true progress.

import { attribute, h, keyed, text } from "./dom.js";
import { bytes } from "./format.js";
import { uploads } from "./uploads.js";

class UploadList extends HTMLElement {
  #list = h("ul", { class: "uploads", id: "uploads", "aria-label": "Inserts" });
  #clear = h("button", { type: "button", onclick: () => uploads.clearFinished() }, "Clear finished");
  #show = () => this.#render();

  connectedCallback() {
    this.replaceChildren(this.#list, this.#clear);
    uploads.addEventListener("change", this.#show);
    this.#render();
  }

  disconnectedCallback() {
    uploads.removeEventListener("change", this.#show);
  }

  #render() {
    this.hidden = uploads.items.length === 0;
    this.#clear.hidden = !uploads.items.some(item => item.receipt || item.reason);
    keyed(this.#list, uploads.items, item => item.id, item => this.#make(item), (row, item) => this.#update(row, item));
  }

  #make(item) {
    return h("li", {},
      h("span", { class: "name" }), h("progress", { max: Math.max(item.size, 1), "aria-label": `bytes of ${item.name} durable on all its nodes` }), h("span", { class: "said quiet" }),
      h("button", { type: "button", onclick: () => item.state === "sending" || item.state === "waiting" ? uploads.stop(item) : uploads.again(item) }));
  }

  #update(row, item) {
    const [name, bar, said, button] = row.children;
    row.className = item.state;
    text(name, item.name);
    name.title = item.name;
    attribute(bar, "value", item.state === "done" ? Math.max(item.size, 1) : item.durable);
    text(said, this.#words(item));
    text(button, item.state === "sending" || item.state === "waiting" ? "Stop" : "Again");
    button.hidden = item.state === "done";
  }

  #words(item) {
    switch (item.state) {
      case "waiting": return `${bytes(item.size)}, waits for its turn`;
      case "sending": return `${bytes(item.durable)} of ${bytes(item.size)} durable, ${bytes(item.received)} received`;
      case "done": return `${bytes(item.size)}, durable on ${item.receipt.k} ${item.receipt.k === 1 ? "node" : "nodes"}${item.receipt.alreadyHeld >= item.receipt.k ? " before" : ""}`;
      default: return item.reason;
    }
  }
}

customElements.define("upload-list", UploadList);
