// The page's frame: whose node this is, how it is, where to go; and what is wrong, above everything else.

import { Repeater, ask, session, signIn } from "./api.js";
import { h, keyed, text } from "./dom.js";
import { seconds, short } from "./format.js";
import { node } from "./live.js";
import "./ring-view.js";
import "./files-view.js";
import "./topics-view.js";
import "./streams-view.js";
import "./node-view.js";

const VIEWS = [["ring", "Ring"], ["files", "Files"], ["topics", "Topics"], ["streams", "Streams"], ["node", "Node"]];

class PastryApp extends HTMLElement {
  #state = h("span", { class: "pill", role: "status", id: "node-state" }, "connecting");
  #name = h("span", { class: "mono quiet", id: "node-name" });
  #banner = h("div", { class: "banner bad", role: "alert", hidden: true, id: "lost" });
  #findings = h("ul", { class: "findings", id: "findings", "aria-label": "What is wrong", hidden: true });
  #nav = h("nav", { "aria-label": "Views" }, VIEWS.map(([name, title]) => h("a", { href: `#/${name}` }, title)));
  #main = h("main", { id: "main", tabindex: "-1" });
  #doctor = new Repeater(signal => this.#examine(signal), 15000);
  #view = "";

  connectedCallback() {
    this.replaceChildren(
      h("a", { class: "skip", href: "#main", onclick: event => { event.preventDefault(); this.#main.focus(); } }, "Skip to content"),
      h("header", { class: "top" }, h("div", { class: "brand" }, h("img", { src: "/dashboard/icon.svg", alt: "", width: "24", height: "24" }), h("strong", {}, "Pastry"), this.#name, this.#state), this.#nav),
      this.#banner, this.#findings, this.#main);
    addEventListener("hashchange", () => this.#go());
    node.addEventListener("status", () => this.#show());
    node.addEventListener("line", () => this.#line());
    session.addEventListener("unauthorized", () => this.#askForToken());
    setInterval(() => this.#line(), 1000);
    this.#go();
    node.start();
    this.#doctor.start();
  }

  #go() {
    const [name] = location.hash.replace(/^#\/?/, "").split("?");
    const view = VIEWS.some(([known]) => known === name) ? name : "ring";
    for (const link of this.#nav.children) {
      if (link.hash === `#/${view}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    document.title = `${VIEWS.find(([known]) => known === view)[1]} · Pastry node`;
    if (view !== this.#view) this.#main.replaceChildren(h(`${view}-view`));
    this.#view = view;
  }

  #show() {
    const status = node.status;
    text(this.#name, `${short(status.nodeId)} · ${status.address}`);
    this.#name.title = status.nodeId;
    this.#line();
  }

  #line() {
    const status = node.status;
    const active = status?.active ?? false;
    const state = node.state === "live" ? (active ? "active" : "joining") : node.state === "lost" ? "no answer" : "connecting";
    text(this.#state, state);
    this.#state.className = `pill ${state === "active" ? "good" : state === "no answer" ? "bad" : "warn"}`;
    this.classList.toggle("stale", node.state === "lost");
    if (node.state !== "lost") {
      if (this.#banner.hidden) return;
      this.#banner.hidden = true;
      this.#doctor.start();
      return;
    }
    this.#doctor.stop();
    this.#findings.hidden = true;
    if (this.#banner.hidden) {
      this.#banner.replaceChildren(h("span", { id: "lost-words" }), h("button", { type: "button", onclick: () => node.retry() }, "Try now"));
      this.#banner.hidden = false;
    }
    const since = seconds((Date.now() - node.lostAt) / 1000);
    text(this.#banner.firstChild, `This node does not answer, for ${since}. ${status ? "What you see is what it said last. " : ""}This page keeps trying and comes back by itself.`);
  }

  async #examine(signal) {
    const { findings } = await ask("/doctor", signal);
    keyed(this.#findings, findings.filter(f => f.severity !== "info"), f => f.node + f.code + f.what,
      f => h("li", {}, h("strong", {}, /^[0-9a-f]{32}$/.test(f.node) ? `node ${short(f.node)}` : f.node), h("span", {}), h("em", {})),
      (item, f) => {
        text(item.children[1], `: ${f.what}. `);
        text(item.children[2], f.advice);
      });
    this.#findings.hidden = this.#findings.children.length === 0;
  }

  #askForToken() {
    if (this.querySelector("#token")) return;
    const field = h("input", { type: "password", id: "token-field", autocomplete: "current-password", required: true });
    const said = h("p", { class: "bad-text", role: "alert" });
    const dialog = h("dialog", { id: "token", "aria-labelledby": "token-title" },
      h("form", {
        onsubmit: event => {
          event.preventDefault();
          signIn(field.value).then(() => location.reload(), () => text(said, "The node did not take this token."));
        },
      }, h("h2", { id: "token-title" }, "This node wants its token"), h("p", {}, "It is node.http.token in the node's configuration. A cookie keeps it until the browser is closed."),
        h("label", { for: "token-field" }, "Token"), field, said, h("div", { class: "actions" }, h("button", { class: "primary" }, "Go on"))));
    dialog.addEventListener("close", () => dialog.remove());
    this.append(dialog);
    dialog.showModal();
  }
}

customElements.define("pastry-app", PastryApp);
