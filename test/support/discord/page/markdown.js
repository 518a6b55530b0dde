/** A little of Discord's Markdown, built as nodes: what is not escaped becomes visible. */
const inline =
  /(\*\*[^*]+\*\*|(?<!\w)__[^_]+__(?!\w)|\*[^*\s][^*]*\*|(?<!\w)_[^_\s][^_]*_(?!\w)|~~[^~]+~~|\|\|[^|]+\|\||`[^`]+`|\[[^\]]+\]\(<?https?:\/\/[^)\s>]+>?\)|<?https?:\/\/[^\s<>]+>?|<@!?\d+>|<@&\d+>|<#\d+>|<t:\d+(?::[tTdDfFR])?>|\\[*_~|`>\\[\]#-])/u;

export function markdown(text) {
  const holder = document.createElement("div");
  holder.className = "text";
  let quote;
  for (const line of text.split("\n")) {
    const quoted = /^>\s(.*)$/u.exec(line);
    if (quoted === null) quote = undefined;
    else if (quote === undefined) {
      quote = document.createElement("blockquote");
      holder.append(quote);
    }
    (quote ?? holder).append(block(quoted?.[1] ?? line));
  }
  return holder;
}

function block(line) {
  const heading = /^(#{1,3})\s+(.*)$/u.exec(line);
  const small = /^-#\s+(.*)$/u.exec(line);
  const item = /^\s*[-*]\s+(.*)$/u.exec(line);
  const element = document.createElement("p");
  if (heading !== null) element.className = `h${heading[1].length}`;
  if (small !== null) element.className = "small";
  if (item !== null) element.className = "item";
  element.append(...pieces(heading?.[2] ?? small?.[1] ?? item?.[1] ?? line));
  if (line === "") element.append("\u200b");
  return element;
}

function pieces(text) {
  return text
    .split(inline)
    .filter((part) => part !== "")
    .map((part) => piece(part));
}

function piece(part) {
  if (part.length === 2 && part.startsWith("\\")) return part.slice(1);
  if (/^\*\*.+\*\*$/u.test(part)) return wrap("strong", part.slice(2, -2));
  if (/^__.+__$/u.test(part)) return wrap("u", part.slice(2, -2));
  if (/^~~.+~~$/u.test(part)) return wrap("s", part.slice(2, -2));
  if (/^\|\|.+\|\|$/u.test(part)) return wrap("mark", part.slice(2, -2));
  if (/^(?:\*.+\*|_.+_)$/u.test(part)) return wrap("em", part.slice(1, -1));
  if (/^`.+`$/u.test(part)) {
    const code = document.createElement("code");
    code.textContent = part.slice(1, -1);
    return code;
  }
  const named = /^\[([^\]]+)\]\(<?(https?:\/\/[^)\s>]+)>?\)$/u.exec(part);
  if (named !== null) return link(named[2], named[1]);
  if (/^<?https?:\/\//u.test(part)) {
    const url = part.replaceAll(/^<|>$/gu, "");
    return link(url, url);
  }
  const time = /^<t:(\d+)/u.exec(part);
  if (time !== null) return new Date(Number(time[1]) * 1000).toLocaleString();
  if (/^<[@#]/u.test(part)) {
    const mention = document.createElement("span");
    mention.className = "mention";
    mention.textContent = part;
    return mention;
  }
  return part;
}

function wrap(name, text) {
  const element = document.createElement(name);
  element.append(...pieces(text));
  return element;
}

function link(url, text) {
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.target = "_blank";
  anchor.rel = "noreferrer noopener";
  anchor.textContent = text;
  return anchor;
}
