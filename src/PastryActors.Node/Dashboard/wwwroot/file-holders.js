// Who holds one file, asked anew while it is looked at.

import { Repeater, ask } from "./api.js";
import { h, keyed, text } from "./dom.js";
import { bytes, moment, short, time } from "./format.js";

const PERIOD_MS = 3000;
const LIVE = new Set(["held", "verified"]);

class FileHolders extends HTMLElement {
  #words = h("p", { role: "status" }, "asking its holders …");
  #list = h("ul", { class: "holders" });
  #facts = h("dl", { class: "facts" });
  #seen = new Map();
  #repeat = new Repeater(signal => this.#look(signal), PERIOD_MS);

  connectedCallback() {
    this.replaceChildren(this.#words, this.#list, this.#facts);
    this.#repeat.start();
  }

  disconnectedCallback() {
    this.#repeat.stop();
  }

  async #look(signal) {
    let found;
    try {
      found = await ask(`/files/${this.getAttribute("file")}/info`, signal);
    } catch (refused) {
      if (signal.aborted) return;
      this.#words.className = "bad-text";
      text(this.#words, `Its holders cannot be told now: ${refused.message}`);
      return;
    }
    const whole = found.replicasAlive >= found.k;
    this.#words.className = whole ? "good-text" : "bad-text";
    text(this.#words, `${found.replicasAlive} of ${found.k} replicas live${whole ? "" : found.replicasAlive > 0 ? "; the ring makes more" : "; it cannot be read until a holder is back"}`);
    this.#show(found.holders);
    this.#tell(found);
  }

  // Whoever held the file and is heard of no more stays in the list, as gone.
  #show(holders) {
    const now = new Set(holders.map(holder => holder.nodeId));
    for (const holder of holders) this.#seen.set(holder.nodeId, holder);
    const all = [...this.#seen.values()].map(holder => now.has(holder.nodeId) ? holder : { ...holder, state: "gone", verifiedAt: null });
    keyed(this.#list, all, holder => holder.nodeId,
      () => h("li", {}, h("i", { "aria-hidden": "true" }), h("span", { class: "id mono" }, h("span"), h("span", { class: "quiet" })), h("span", { class: "state" })),
      (row, holder) => {
        row.className = LIVE.has(holder.state) ? "live" : holder.state === "pointer" ? "pointing" : "dead";
        const [id, address] = row.children[1].children;
        text(id, short(holder.nodeId));
        id.title = holder.nodeId;
        text(address, holder.address);
        text(row.children[2], holder.verifiedAt ? `${holder.state === "verified" ? "" : `${holder.state}, `}verified ${time(holder.verifiedAt)}` : holder.state);
      });
  }

  #tell(f) {
    const facts = [["fileId", f.fileId], ["size", `${bytes(f.size)} in ${f.chunks} ${f.chunks === 1 ? "chunk" : "chunks"}`], ["type", f.contentType || "not said"], ["inserted", moment(f.created)], ["content", f.contentHash], ["owner", f.owner]];
    keyed(this.#facts, facts, fact => fact[0], () => h("div", {}, h("dt"), h("dd", { class: "mono" })), (row, [name, value]) => {
      text(row.children[0], name);
      text(row.children[1], value);
    });
  }
}

customElements.define("file-holders", FileHolders);
