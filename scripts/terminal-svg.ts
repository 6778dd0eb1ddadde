/** What a terminal shows, one SGR attribute at a time. ECMA-48 §8.3.117. */
interface Style {
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly colour?: string;
}

interface Run {
  readonly text: string;
  readonly style: Style;
}

/** Control Sequence Introducer. */
const introducer = '\u001b[';

const columnWidth = 8.4;
const lineHeight = 19;
const margin = 20;
const barHeight = 34;

/** SGR 30 to 37, as a dark terminal shows them. */
const colours = ['#484f58', '#ff7b72', '#7ee787', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#e6edf3'];

/** A picture of a terminal that shows `text`: lines with SGR sequences, as a program writes them. */
export function terminalSvg(text: string, columns: number): string {
  const lines = text.trimEnd().split(/\r?\n/).map(runsOf);
  const width = Math.ceil(columns * columnWidth + 2 * margin);
  const height = barHeight + lines.length * lineHeight + margin;
  const rows = lines.map((runs, index) => {
    const y = barHeight + (index + 1) * lineHeight - 5;
    return `<text x="${margin}" y="${y}" xml:space="preserve">${runs.map(span).join('')}</text>`;
  });
  const dots = ['#ff5f56', '#ffbd2e', '#27c93f'].map(
    (fill, index) => `<circle cx="${margin + 4 + index * 18}" cy="18" r="5.5" fill="${fill}"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A terminal">`,
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117" stroke="#30363d"/>`,
    ...dots,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" fill="#e6edf3">`,
    ...rows,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function runsOf(line: string): Run[] {
  const runs: Run[] = [];
  let column = 0;
  let style: Style = {};
  for (const [index, piece] of line.split(introducer).entries()) {
    const [, codes = '', text = ''] = (index > 0 && /^([\d;]*)m(.*)$/.exec(piece)) || ['', '', piece];
    if (index > 0) style = (codes || '0').split(';').map(Number).reduce(after, style);
    const shown = text.replace(/\t/g, (_, before: number) => ' '.repeat(8 - ((column + before) % 8)));
    if (shown !== '') runs.push({ text: shown, style });
    column += shown.length;
  }
  return runs;
}

function after(style: Style, code: number): Style {
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  const colour = colours[code - 30] ?? colours[code - 90];
  if (colour !== undefined) return { ...style, colour };
  const { colour: _, ...plain } = style;
  return code === 39 ? plain : style;
}

function span({ text, style: { bold, dim, colour } }: Run): string {
  const attributes = [
    bold ? ' font-weight="bold"' : '',
    dim ? ' opacity="0.65"' : '',
    colour === undefined ? '' : ` fill="${colour}"`,
    // Whatever font it is shown in, columns stay columns.
    ` textLength="${(text.length * columnWidth).toFixed(1)}" lengthAdjust="spacingAndGlyphs"`,
  ];
  return `<tspan${attributes.join('')}>${text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)}</tspan>`;
}
