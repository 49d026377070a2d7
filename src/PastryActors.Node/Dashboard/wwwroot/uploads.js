// Inserts under way. They belong to the page, not to a view of it: whoever looks elsewhere meanwhile loses nothing.

import { Refused, send } from "./api.js";

/** Two at a time, each with the line that tells its progress: a browser has six lines to a node, and the page wants some for itself. */
const AT_ONCE = 2;
/** Finished ones that the list keeps. */
const KEPT_MAX = 200;
const DIRECTORY = "application/vnd.pastry.directory";

/** Tells of "change". An item: {name, size, k, state, received, durable, receipt, reason}; state is waiting, sending, done, failed or stopped. */
class Uploads extends EventTarget {
  items = [];
  #next = 1;

  constructor() {
    super();
    addEventListener("beforeunload", event => {
      if (this.busy) event.preventDefault();
    });
  }

  get busy() {
    return this.items.some(item => item.state === "waiting" || item.state === "sending");
  }

  /** Inserts files: [{name, file}]; k is the number of replicas, or "" for the node's own choice. */
  add(entries, k) {
    const items = entries.map(({ name, file }) => this.#item(name, file, k));
    this.#pump();
    return items;
  }

  /** Inserts a folder: all its files, and when they stand the directory that names them, as "pastry put -r" does. */
  async addFolder(name, entries, k) {
    const items = this.add(entries.map(e => ({ name: e.path, file: e.file })), k);
    const ends = await Promise.all(items.map(item => item.end));
    if (ends.some(end => end !== "done")) return;
    const listed = items.map((item, i) => ({ path: entries[i].path, fileId: item.receipt.fileId, size: item.size, mode: 0, modified: new Date(entries[i].file.lastModified).toISOString() }));
    listed.sort((a, b) => a.path < b.path ? -1 : 1);
    const lines = [{ pastryDirectory: 1 }, ...listed].map(line => JSON.stringify(line) + "\n");
    this.add([{ name, file: new Blob(lines, { type: DIRECTORY }) }], k);
  }

  /** Stops one. What the ring has of it already makes the next try shorter. */
  stop(item) {
    item.stopping.abort();
    if (item.state === "waiting") this.#finish(item, "stopped");
  }

  /** Tries one again that failed or was stopped. */
  again(item) {
    this.items.splice(this.items.indexOf(item), 1);
    this.add([{ name: item.name, file: item.file }], item.k);
  }

  clearFinished() {
    this.items = this.items.filter(item => item.state === "waiting" || item.state === "sending");
    this.#changed();
  }

  #item(name, file, k) {
    const item = { id: this.#next++, name, file, k, size: file.size, state: "waiting", received: 0, durable: 0, receipt: null, reason: "", stopping: new AbortController() };
    item.end = new Promise(resolve => { item.resolve = resolve; });
    this.items.unshift(item);
    return item;
  }

  #pump() {
    const sending = this.items.filter(item => item.state === "sending").length;
    const next = this.items.filter(item => item.state === "waiting").sort((a, b) => a.id - b.id).slice(0, Math.max(0, AT_ONCE - sending));
    for (const item of next) this.#send(item);
    this.#changed();
  }

  async #send(item) {
    item.state = "sending";
    try {
      item.receipt = await this.#put(item, 0);
      item.received = item.durable = item.size;
      this.#finish(item, "done");
    } catch (fault) {
      item.reason = fault.name === "AbortError" ? "stopped" : fault.message;
      this.#finish(item, fault.name === "AbortError" ? "stopped" : "failed");
    }
  }

  async #put(item, attempt) {
    const upload = crypto.randomUUID();
    const query = new URLSearchParams({ upload, existing: "accept" });
    if (item.k) query.set("k", item.k);
    if (attempt) query.set("attempt", attempt);
    const over = new AbortController();
    this.#follow(item, upload, over.signal);
    try {
      const response = await send(`/files/${encodeURIComponent(item.name)}?${query}`, { method: "PUT", body: item.file, signal: item.stopping.signal });
      return await response.json();
    } catch (refused) {
      // No room under this salt: the next one leads to other nodes.
      if (refused instanceof Refused && refused.nextAttempt) return await this.#put(item, refused.nextAttempt);
      throw refused;
    } finally {
      over.abort();
    }
  }

  // The bar tells bytes durable on k nodes, as the node reports them: not bytes sent.
  async #follow(item, upload, signal) {
    try {
      const lines = (await send(`/uploads/${upload}`, { signal })).body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = "";
      for (let part = await lines.read(); !part.done; part = await lines.read()) {
        const whole = (rest + part.value).split("\n");
        rest = whole.pop();
        if (whole.length === 0) continue;
        const progress = JSON.parse(whole.at(-1));
        item.received = progress.receivedBytes;
        item.durable = progress.durableBytes;
        this.#changed();
      }
    } catch {
      // The insert itself says how it ended.
    }
  }

  #finish(item, state) {
    item.state = state;
    item.resolve(state);
    let kept = 0;
    this.items = this.items.filter(one => one.state === "waiting" || one.state === "sending" || ++kept <= KEPT_MAX);
    this.#pump();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}

export const uploads = new Uploads();
