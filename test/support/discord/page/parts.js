import { markdown } from "./markdown.js";

export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const row = 1;
const button = 2;
const select = 3;
const styles = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "secondary" };

/** One message, with what can be pressed in it. */
export function messageNode(message, act) {
  const node = element("article", { className: message.mine ? "mine" : "" });
  if (message.type !== 0 && message.type !== 19 && message.type !== 20) node.className = "note";
  const name = element("b", {}, message.author);
  if (message.fromBot) name.append(element("span", { className: "tag" }, "APP"));
  const at = new Date(message.at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  node.append(element("header", {}, name, element("time", {}, at)));
  if (message.loading) node.append(element("p", { className: "faint" }, "is thinking …"));
  if (message.content !== "") node.append(markdown(message.content));
  if (message.edited) node.append(element("span", { className: "faint" }, "(edited)"));
  node.append(...message.embeds.map(embedNode));
  node.append(...message.attachments.map(attachmentNode));
  for (const component of message.components) node.append(componentNode(component, message, act));
  if (message.ephemeral) {
    const dismiss = element("button", { type: "button", className: "plain" }, "Dismiss");
    dismiss.addEventListener("click", () => act("delete", { message: message.id }));
    const only = element("p", { className: "faint" }, "Only you can see this · ", dismiss);
    node.append(only);
  }
  if (message.failed) node.append(element("p", { className: "bad" }, "This interaction failed"));
  return node;
}

function embedNode(embed) {
  const node = element("div", { className: "embed" });
  if (typeof embed.color === "number") {
    node.style.borderColor = `#${embed.color.toString(16).padStart(6, "0")}`;
  }
  if (embed.title) node.append(element("h4", {}, embed.title));
  if (embed.description) node.append(markdown(embed.description));
  for (const field of embed.fields ?? []) {
    node.append(element("h5", {}, field.name), markdown(field.value));
  }
  if (embed.footer?.text) node.append(element("p", { className: "faint" }, embed.footer.text));
  return node;
}

function attachmentNode({ name, url, contentType }) {
  const link = element("a", { href: url, target: "_blank", className: "file" });
  if (contentType.startsWith("image/")) link.append(element("img", { src: url, alt: name }));
  else link.append(name);
  return link;
}

function componentNode(component, message, act) {
  if (component.type === button) return buttonNode(component, message, act);
  if (component.type === select) return selectNode(component, message, act);
  if (typeof component.content === "string") return markdown(component.content);
  const inside = [...(component.components ?? []), component.accessory].filter(Boolean);
  return element(
    "div",
    { className: component.type === row ? "row" : "box" },
    ...inside.map((one) => componentNode(one, message, act)),
  );
}

function buttonNode({ label, emoji, style, url, disabled, custom_id: customId }, message, act) {
  const text = [emoji?.name, label].filter(Boolean).join(" ");
  if (url) {
    return element(
      "a",
      { href: url, target: "_blank", rel: "noreferrer noopener", className: "button" },
      `${text} ↗`,
    );
  }
  const node = element(
    "button",
    { type: "button", className: styles[style] ?? "secondary", disabled: disabled === true },
    text,
  );
  node.addEventListener("click", () => act("press", { message: message.id, customId }));
  return node;
}

function selectNode(component, message, act) {
  const { custom_id: customId, placeholder, options, disabled, max_values: most } = component;
  const node = element("select", { disabled: disabled === true, multiple: (most ?? 1) > 1 });
  node.setAttribute("aria-label", placeholder ?? "Choose");
  if (!node.multiple) {
    node.append(
      element("option", { value: "", selected: true, disabled: true }, placeholder ?? "Choose"),
    );
  }
  for (const { label, value, description, default: chosen } of options) {
    const text = description ? `${label} – ${description}` : label;
    node.append(element("option", { value, selected: chosen === true }, text));
  }
  node.addEventListener("change", () => {
    const values = [...node.selectedOptions].map(({ value }) => value);
    act("select", { message: message.id, customId, values });
  });
  return node;
}

/** A form with text, choices and files. */
export function modalNodes(modal, act) {
  const form = element("form", { method: "dialog" });
  form.append(element("h2", {}, modal.title), ...modal.texts.map((text) => markdown(text)));
  for (const field of modal.fields) form.append(fieldNode(field));
  const cancel = element("button", { type: "button", className: "secondary" }, "Cancel");
  cancel.addEventListener("click", () => act("dismiss", { interaction: modal.interactionId }));
  form.append(
    element(
      "div",
      { className: "row end" },
      cancel,
      element("button", { className: "primary" }, "Submit"),
    ),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const values = {};
    for (const field of modal.fields) values[field.customId] = await valueOf(form, field);
    act("submit", { interaction: modal.interactionId, values });
  });
  return form;
}

function fieldNode(field) {
  const shared = { name: field.customId, required: field.required };
  let input;
  if (field.kind === "select") {
    input = element("select", { ...shared, multiple: (field.most ?? 1) > 1 });
    if (!input.multiple) input.append(element("option", { value: "" }, field.placeholder));
    for (const { label, value } of field.options) input.append(element("option", { value }, label));
  } else if (field.kind === "files") {
    input = element("input", { ...shared, type: "file", multiple: (field.most ?? 1) > 1 });
  } else {
    input = element(field.long ? "textarea" : "input", {
      ...shared,
      value: field.value,
      placeholder: field.placeholder,
      maxLength: field.most ?? 4000,
    });
  }
  const label = element("label", {}, field.label, input);
  if (field.description) label.append(element("span", { className: "faint" }, field.description));
  return label;
}

async function valueOf(form, field) {
  const input = form.elements[field.customId];
  if (field.kind === "files") return Promise.all([...input.files].map(fileFor));
  if (field.kind !== "select") return input.value;
  return [...input.selectedOptions].map(({ value }) => value).filter((value) => value !== "");
}

export async function fileFor(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 32_768) {
    text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  }
  return { name: file.name, type: file.type, base64: btoa(text) };
}
