// The node's HTTP interface, as this page uses it.

const PATIENCE_MS = 15000;

/** Tells of "unauthorized": the node wants a token. */
export const session = new EventTarget();

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? problem.title ?? `the node answered ${status}`);
    this.status = status;
    this.code = problem.code ?? "refused";
    this.nextAttempt = problem.nextAttempt;
  }
}

/** Sends a request; whatever is no success is thrown, with the node's own words where it gave some. */
export async function send(path, options = {}) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    throw new Refused(0, { code: "no-answer", detail: fault.name === "TimeoutError" ? "the node did not answer in time" : "the node cannot be reached" });
  }
  if (response.ok) return response;
  if (response.status === 401) session.dispatchEvent(new Event("unauthorized"));
  throw new Refused(response.status, await response.json().catch(() => ({})));
}

/** Asks for a document. */
export async function ask(path, signal) {
  const limit = AbortSignal.timeout(PATIENCE_MS);
  return (await send(path, { signal: signal ? AbortSignal.any([signal, limit]) : limit })).json();
}

/** Gives the token once; a cookie stands for it from then on. */
export const signIn = token => send("/session", { method: "POST", headers: { Authorization: `Bearer ${token}` } });

export const fileUrl = (fileId, download = false) => `/files/${encodeURIComponent(fileId)}${download ? "?download" : ""}`;

export const topicPath = topic => `/topics/${encodeURIComponent(topic)}`;

/** Does something again and again while it is wanted: the next time begins a period after the last has ended. */
export class Repeater {
  #act;
  #period;
  #timer;
  #stop;

  constructor(act, periodMs) {
    this.#act = act;
    this.#period = periodMs;
  }

  start() {
    this.stop();
    const stop = this.#stop = new AbortController();
    const turn = async () => {
      if (!document.hidden) await this.#act(stop.signal).catch(() => {});
      if (!stop.signal.aborted) this.#timer = setTimeout(turn, this.#period);
    };
    turn();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#stop?.abort();
  }
}
