// The node's background work: what each worker does, how much is left, and how fast it may; paused, resumed and paced from here.

import { Repeater, ask, send } from "./api.js";
import { h, keyed, text } from "./dom.js";
import { bytes, number } from "./format.js";

const PERIOD_MS = 3000;
const MIB = 1048576;
/** Those that can be paused; pointers come with replicas. */
const PAUSABLE = ["replicas", "stripes", "scrub", "compaction"];
const TITLES = { replicas: "restoring replicas", pointers: "restoring pointers", stripes: "restoring coded stripes", scrub: "scrub", compaction: "compaction" };

class WorkerTable extends HTMLElement {
  #rows = h("tbody");
  #words = h("p", { class: "quiet", role: "status", id: "upkeep-words" });
  #said = h("p", { role: "alert", class: "bad-text" });
  #speed = h("input", { type: "number", min: "1", max: "100000", required: true, id: "repair-speed" });
  #objects = h("input", { type: "number", min: "1", max: "1000", required: true, id: "repair-objects" });
  #repeat = new Repeater(signal => this.#look(signal), PERIOD_MS);

  connectedCallback() {
    this.replaceChildren(
      this.#words,
      h("div", { class: "scroll" }, h("table", { id: "workers" },
        h("caption", { class: "sr" }, "Background work"),
        h("thead", {}, h("tr", {}, ["Worker", "State", "Left", "Done", "At most", ""].map(title => h("th", { scope: "col" }, title)))), this.#rows)),
      h("form", { class: "line pace", onsubmit: event => { event.preventDefault(); this.#pace(); } },
        h("label", { for: "repair-speed" }, "Restore at most"), this.#speed, h("span", {}, "MiB/s,"), this.#objects, h("label", { for: "repair-objects" }, "objects at once"),
        h("button", {}, "Set"), h("button", { type: "button", onclick: () => this.#order({ action: "scrub" }) }, "Scrub now")),
      this.#said);
    this.#repeat.start();
  }

  disconnectedCallback() {
    this.#repeat.stop();
  }

  async #look(signal) {
    this.#show(await ask("/repair", signal));
  }

  #show(repair) {
    text(this.#words, repair.underReplicated > 0 ? `${number(repair.underReplicated)} objects that should be here are not yet.` : "Everything that should be here is here.");
    // What somebody is typing is theirs.
    if (!this.contains(document.activeElement)) [this.#speed.value, this.#objects.value] = [Math.max(1, Math.round(repair.bytesPerSecond / MIB)), repair.objectsAtOnce];
    keyed(this.#rows, repair.workers, w => w.name, w => h("tr", {}, h("th", { scope: "row" }, TITLES[w.name] ?? w.name), h("td"), h("td"), h("td"), h("td"), h("td", {}, PAUSABLE.includes(w.name) && h("button", { type: "button" }))), (row, w) => {
      const size = w.name === "scrub" ? bytes : number;
      const cells = [w.state, size(w.queue), size(w.done), !w.bytesPerSecond ? "" : `${bytes(w.bytesPerSecond)}/s`];
      cells.forEach((cell, i) => text(row.children[i + 1], cell));
      row.children[1].title = w.lastError ? `${w.detail}; last error: ${w.lastError}` : w.detail;
      const button = row.querySelector("button");
      if (!button) return;
      const action = w.state === "paused" ? "resume" : "pause";
      text(button, action === "pause" ? "Pause" : "Resume");
      button.setAttribute("aria-label", `${button.textContent} ${TITLES[w.name]}`);
      button.onclick = () => this.#order({ action, worker: w.name });
    });
  }

  #pace() {
    return this.#order({ action: "speed", bytesPerSecond: this.#speed.valueAsNumber * MIB, objectsAtOnce: this.#objects.valueAsNumber });
  }

  async #order(order) {
    text(this.#said, "");
    try {
      const answer = await send("/repair", { method: "POST", body: JSON.stringify(order), headers: { "Content-Type": "application/json" } });
      this.#show(await answer.json());
    } catch (refused) {
      text(this.#said, `It was not done: ${refused.message}`);
    }
  }
}

customElements.define("worker-table", WorkerTable);
