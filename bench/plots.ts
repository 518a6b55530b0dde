import type { Figures, Table } from "./figures.ts";

const width = 900;
const panelWidth = 440;
const barHeight = 13;
const labelWidth = 150;
const colours: Readonly<Record<string, string>> = {
  ombud: "#2563a8",
  "bare commit": "#8a8f98",
  "telegraf-scenes": "#c2742b",
  "telegraf-marking": "#a85a1a",
  "grammy-session": "#3f8f5f",
  "grammy-conversations": "#8a5fa8",
  "botbuilder-dialogs": "#a8484f",
  "grammy-polling": "#6b6b3a",
};

/** A panel for each table, two beside each other. Bars of one panel have one scale. */
export function draw(figures: Figures): string {
  const panels = figures.map(panel);
  const columns = [0, 20];
  const placed = panels.map(({ svg, height }, index) => {
    const side = index % 2;
    // The lower end of the shorter side would tear pairs apart: a row is as high as its higher panel.
    const other = panels[side === 0 ? index + 1 : index - 1]?.height ?? 0;
    const top = columns[1] ?? 0;
    if (side === 1 || index === panels.length - 1) columns[1] = top + Math.max(height, other);
    return `<g transform="translate(${side * (panelWidth + 10) + 10} ${top})">${svg}</g>`;
  });
  const height = (columns[1] ?? 0) + 10;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11" fill="#20242b">
<rect width="${width}" height="${height}" fill="#fff"/>
${placed.join("\n")}
</svg>
`;
}

function panel({ title, unit, columns, rows }: Table): { svg: string; height: number } {
  const bars = rows.filter(({ name }) => name !== "ratio");
  const of = columns.filter((column) => column !== "ratio");
  const most = Math.max(...bars.flatMap(({ values }) => values.slice(0, of.length)).filter(known));
  const room = panelWidth - labelWidth - 70;
  const lines: string[] = [`<text y="0" font-weight="600">${title} (${unit})</text>`];
  let y = 8;
  for (const [at, column] of of.entries()) {
    if (of.length > 1) lines.push(`<text x="0" y="${y + 11}" fill="#5a6270">${column}</text>`);
    if (of.length > 1) y += 15;
    for (const { name, values } of bars) {
      const value = values[at] ?? Number.NaN;
      const long = known(value) ? Math.max(1, (value / most) * room) : 0;
      const fill = colours[name] ?? "#888";
      lines.push(
        `<text x="${labelWidth - 6}" y="${y + 10}" text-anchor="end">${name}</text>`,
        `<rect x="${labelWidth}" y="${y + 1}" width="${long.toFixed(1)}" height="${barHeight - 3}" fill="${fill}"/>`,
        `<text x="${(labelWidth + long + 4).toFixed(1)}" y="${y + 10}">${shown(value)}</text>`,
      );
      y += barHeight;
    }
    y += 4;
  }
  return { svg: lines.join(""), height: y + 24 };
}

const known = (value: number) => !Number.isNaN(value);

function shown(value: number): string {
  if (!known(value)) return "–";
  return value >= 100 ? Math.round(value).toLocaleString("en") : `${Number(value.toPrecision(3))}`;
}
