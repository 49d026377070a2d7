// A subscription over a WebSocket that mends itself: after a break it goes on behind the last message it saw.

import { topicPath } from "./api.js";

const AGAIN_MS = 1000;

/** Tells of "event" (detail: {event, id, data}) and "line" (detail: whether the subscription stands, and why not). */
export class TopicLine extends EventTarget {
  #topic;
  #next = null;
  #socket = null;
  #timer;
  #closed = false;

  constructor(topic) {
    super();
    this.#topic = topic;
  }

  open() {
    const from = this.#next === null ? "" : `?from=${this.#next}`;
    const socket = this.#socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}${topicPath(this.#topic)}${from}`);
    let reason = "the node cannot be reached";
    socket.addEventListener("message", message => {
      const event = JSON.parse(message.data);
      if (event.event === "subscribed") this.#tell("line", { stands: true });
      if (event.event === "subscribed" && this.#next === null) this.#next = event.data.sequence;
      if (event.event === "closed") reason = event.data.detail;
      if (event.id !== undefined) this.#next = event.id + 1;
      this.#tell("event", event);
    });
    socket.addEventListener("close", () => {
      if (this.#closed) return;
      this.#tell("line", { stands: false, reason });
      this.#timer = setTimeout(() => this.open(), AGAIN_MS);
    });
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
