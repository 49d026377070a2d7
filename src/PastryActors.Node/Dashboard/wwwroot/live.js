// The line to the node: its status as it changes, and whether the line stands.

import { ask } from "./api.js";

const SILENCE_MAX_MS = 20000;
const AGAIN_MS = 1000;

/** Tells of "status" (the node changed) and "line" (the line was lost, or stands again). */
class NodeLine extends EventTarget {
  /** The last that the node said of itself; null before it said anything. */
  status = null;
  /** "connecting", "live" or "lost". */
  state = "connecting";
  /** When the line was lost. */
  lostAt = null;
  #events = null;
  #timer;

  start() {
    document.addEventListener("visibilitychange", () => document.hidden ? this.#close() : this.#open());
    addEventListener("online", () => this.#open());
    this.#open();
  }

  /** Tries at once in place of waiting. */
  retry() {
    this.#open();
  }

  // A page nobody looks at gives its connection back: a browser has few for one node.
  #close() {
    clearTimeout(this.#timer);
    this.#events?.close();
    this.#events = null;
  }

  #open() {
    this.#close();
    const events = this.#events = new EventSource("/events");
    events.addEventListener("status", event => this.#take(JSON.parse(event.data)));
    events.addEventListener("error", () => this.#lose(events));
    this.#expect(events);
  }

  #take(status) {
    this.status = status;
    this.#expect(this.#events);
    this.#become("live");
    this.dispatchEvent(new Event("status"));
  }

  #expect(events) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#lose(events), SILENCE_MAX_MS);
  }

  #lose(events) {
    if (events !== this.#events) return;
    this.#close();
    this.#become("lost");
    // An event stream does not say why it ended; a plain request does, and asks for the token if that is why.
    ask("/status").catch(() => {});
    this.#timer = setTimeout(() => this.#open(), AGAIN_MS);
  }

  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.lostAt = state === "lost" ? Date.now() : null;
    this.dispatchEvent(new Event("line"));
  }
}

export const node = new NodeLine();
