import { element, fileFor, messageNode, modalNodes } from "./parts.js";

const find = (id) => document.querySelector(`#${id}`);
const marks = { dm: "@", thread: "›", forum: "▤", text: "#" };
let me;
let place = "";
let view;
let stream;
let shownModal;

async function ask(action, fields = {}) {
  const response = await fetch("/chat/do", {
    method: "POST",
    body: JSON.stringify({ action, id: me?.id, place, ...fields }),
  });
  const answer = await response.json();
  find("error").hidden = response.ok;
  find("error").textContent = answer.error ?? "";
  return response.ok ? answer : undefined;
}

function listen() {
  stream?.close();
  stream = new EventSource(`/chat/events?id=${me.id}&place=${place}`);
  stream.addEventListener("message", ({ data }) => show(JSON.parse(data)));
}

function show(next) {
  const list = find("messages");
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const moved = atEnd || view?.place !== next.place;
  view = next;
  place = next.place;
  find("offline").hidden = next.connected;
  find("who").textContent = next.me.agent ? `${next.me.name} (agent)` : next.me.name;
  find("locale").value = next.me.locale;
  find("place").replaceChildren(
    ...next.places
      .filter(({ kind }) => kind !== "forum")
      .map(({ id, name, kind, closed }) =>
        element(
          "option",
          { value: id, selected: id === place },
          `${marks[kind]} ${name}${closed ? " (closed)" : ""}`,
        ),
      ),
  );
  find("messages").replaceChildren(...next.messages.map((message) => messageNode(message, ask)));
  if (next.failed) {
    find("messages").append(element("p", { className: "bad" }, "The application did not respond"));
  }
  if (moved) list.scrollTop = list.scrollHeight;
  showModal(next.modal);
  showCommands();
}

function showModal(modal) {
  if (modal?.interactionId === shownModal) return;
  shownModal = modal?.interactionId;
  const dialog = find("modal");
  dialog.close();
  if (modal === undefined) return;
  dialog.replaceChildren(modalNodes(modal, ask));
  dialog.showModal();
}

function showCommands() {
  const typed = find("text").value;
  const fitting = view.commands.filter(({ name }) => `/${name}`.startsWith(typed.split(" ")[0]));
  find("commands").hidden = !typed.startsWith("/") || fitting.length === 0;
  find("commands").replaceChildren(
    ...fitting.map(({ name, description }) => {
      const node = element(
        "button",
        { type: "button" },
        element("b", {}, `/${name}`),
        ` ${description}`,
      );
      node.addEventListener("click", () => run(name));
      return node;
    }),
  );
}

/** `/name value value`: the values in the order of the command's options. */
async function run(name, values = []) {
  const command = view.commands.find((one) => one.name === name);
  const options = {};
  for (const [index, option] of (command?.options ?? []).entries()) {
    const value =
      values[index] ?? (option.required ? prompt(`${option.label}: ${option.description}`) : null);
    if (value) options[option.name] = value;
  }
  find("text").value = "";
  showCommands();
  await ask("command", { name, options });
}

async function send() {
  const text = find("text").value;
  const [first, ...values] = text.trim().split(/\s+/u);
  if (view.commands.some(({ name }) => `/${name}` === first)) return run(first.slice(1), values);
  const files = await Promise.all([...find("files").files].map(fileFor));
  if (text.trim() === "" && files.length === 0) return undefined;
  if ((await ask("text", { text, files })) === undefined) return undefined;
  find("composer").reset();
  find("chosen").hidden = true;
  showCommands();
}

find("enter").addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, locale, agent } = event.target.elements;
  me = await ask("enter", { name: name.value, locale: locale.value, agent: agent.checked });
  find("enter").hidden = true;
  find("app").hidden = false;
  listen();
  find("text").focus();
});
find("place").addEventListener("change", ({ target }) => {
  place = target.value;
  listen();
});
find("locale").addEventListener("change", ({ target }) =>
  ask("language", { locale: target.value }),
);
find("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  void send();
});
find("text").addEventListener("input", showCommands);
find("text").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey) return;
  event.preventDefault();
  void send();
});
find("files").addEventListener("change", ({ target }) => {
  find("chosen").hidden = target.files.length === 0;
  find("chosen").textContent = [...target.files].map(({ name }) => name).join(", ");
});
find("modal").addEventListener("cancel", () => ask("dismiss", { interaction: shownModal }));
