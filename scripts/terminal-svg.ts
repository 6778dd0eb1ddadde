/** A command that was typed at a prompt, and what the terminal showed then, with SGR sequences. */
export interface Recorded {
  readonly command: string;
  readonly output: string;
  /** The command appears as a whole instead of being typed. */
  readonly pasted?: boolean;
  /** How long the command waits for hidden input, in seconds. */
  readonly waits?: number;
}

export interface TerminalSvgOptions {
  /** Describes the picture for screen readers. */
  readonly label: string;
  readonly columns: number;
  /** Older lines scroll out of the picture. */
  readonly rows: number;
}

/**
 * Draws a terminal in which the commands are typed one after the other, in an endless loop. Without animation, or if the
 * reader prefers reduced motion, it's a still picture of the end. Light and dark follow the reader's colour scheme.
 */
export function formatTerminalSvg(recording: readonly Recorded[], options: TerminalSvgOptions): string {
  const { columns, rows, label } = options;
  const { lines, duration } = layOut(recording, columns);
  const width = Math.ceil(columns * columnWidth + 2 * margin);
  const viewHeight = rows * lineHeight;
  const height = barHeight + viewHeight + margin / 2;
  const animations = new Animations(duration);
  const body = lines.map((line, row) => drawLine(line, row, animations));
  const scroll = animations.scroll(lines, rows);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeXml(label)}">`,
    `<style>${styles}${animations.css()}</style>`,
    `<rect class="window" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>`,
    ...['#ff5f56', '#ffbd2e', '#27c93f'].map(
      (fill, index) => `<circle cx="${margin + 4 + index * 18}" cy="18" r="5.5" fill="${fill}"/>`,
    ),
    `<svg x="0" y="${barHeight}" width="${width}" height="${viewHeight}">`,
    `<g class="scroll" transform="translate(0,${-scroll})">`,
    ...body,
    '</g>',
    '</svg>',
    '</svg>',
    '',
  ].join('\n');
}

const columnWidth = 8.4;
const lineHeight = 19;
const margin = 20;
const barHeight = 36;

/** Seconds. */
const timing = { prompt: 0.7, key: 0.045, longestTyping: 2.2, paste: 1.2, run: 0.4, read: 0.9, readLine: 0.2, end: 8 };

const styles = `
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2328;white-space:pre}
.window{fill:#fff;stroke:#d0d7de}.back{fill:#fff}.cursor{fill:#1f2328}.bold{font-weight:700}.dim{fill:#59636e}
.c1{fill:#cf222e}.c2{fill:#116329}.c3{fill:#7d4e00}.c4{fill:#0550ae}.c5{fill:#8250df}.c6{fill:#1b7c83}
.typing{opacity:0}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}
.window{fill:#0d1117;stroke:#30363d}.back{fill:#0d1117}.cursor{fill:#e6edf3}.dim{fill:#9198a1}
.c1{fill:#ff7b72}.c2{fill:#7ee787}.c3{fill:#e3b341}.c4{fill:#79c0ff}.c5{fill:#d2a8ff}.c6{fill:#56d4dd}}
`;

interface Line {
  readonly runs: readonly Run[];
  /** When it appears, in seconds. */
  readonly at: number;
  /** The text that is typed after the prompt, and the time that takes. */
  readonly typed?: { readonly text: string; readonly from: number; readonly to: number };
}

const prompt: Run = { text: '$ ', style: { bold: true, colour: 2 } };

/** Splits the recording into lines of the screen, each with the time when it appears. */
function layOut(recording: readonly Recorded[], columns: number): { lines: readonly Line[]; duration: number } {
  const lines: Line[] = [];
  let now = 0;
  for (const { command, output, pasted = false, waits = 0 } of recording) {
    const [first = '', ...rest] = split(command, columns - prompt.text.length, columns);
    const from = now + timing.prompt;
    const to = from + (pasted ? timing.paste : Math.min(command.length * timing.key, timing.longestTyping));
    const start = pasted ? to : from;
    lines.push({ runs: [prompt], at: now, typed: { text: first, from: start, to } });
    for (const text of rest) lines.push({ runs: [{ text, style: {} }], at: to });
    now = to + timing.run + waits;
    const shown = output
      .trimEnd()
      .split(/\r?\n/)
      .flatMap((line) => wrapRuns(parseRuns(line), columns));
    for (const runs of output === '' ? [] : shown) lines.push({ runs, at: now });
    now += timing.read + shown.length * timing.readLine;
  }
  lines.push({ runs: [prompt], at: now, typed: { text: '', from: now, to: now } });
  return { lines, duration: now + timing.end };
}

function split(text: string, firstColumns: number, columns: number): string[] {
  const pieces = [text.slice(0, firstColumns)];
  for (let start = firstColumns; start < text.length; start += columns) pieces.push(text.slice(start, start + columns));
  return pieces;
}

function drawLine({ runs, at, typed }: Line, row: number, animations: Animations): string {
  const y = row * lineHeight;
  const appears = animations.appear(at);
  if (typed === undefined) return `<g class="${appears}">${drawText(runs, 0, y)}</g>`;
  const { text, from, to } = typed;
  const x = prompt.text.length * columnWidth;
  const drawn = text === '' ? '' : drawText([{ text, style: {} }], x, y);
  const box = (className: string, left: number, width: number) =>
    `<rect class="${className}" x="${round(margin + left)}" y="${y + 1}" width="${round(width)}" height="${lineHeight - 2}"/>`;
  const cursor = box('cursor', x, columnWidth);
  if (text === '') return `<g class="${appears}">${drawText(runs, 0, y)}${cursor}</g>`;
  // A typed text is complete from the start, behind a cover that moves away.
  const cover =
    to > from
      ? `<g class="typing ${animations.type(text, from, to)}">${box('back', x, text.length * columnWidth)}${cursor}</g>`
      : '';
  return `<g class="${appears}">${drawText(runs, 0, y)}<g class="${animations.appear(from)}">${drawn}</g>${cover}</g>`;
}

function drawText(runs: readonly Run[], x: number, y: number): string {
  return `<text x="${round(margin + x)}" y="${y + 14}" xml:space="preserve">${runs.map(drawRun).join('')}</text>`;
}

function drawRun({ text, style: { bold, dim, colour } }: Run): string {
  const classes = [bold ? 'bold' : '', dim ? 'dim' : '', colour === undefined ? '' : `c${colour}`].filter(Boolean);
  const className = classes.length > 0 ? ` class="${classes.join(' ')}"` : '';
  // Keeps the columns aligned in any font.
  const length = `textLength="${round(text.length * columnWidth)}" lengthAdjust="spacingAndGlyphs"`;
  return `<tspan${className} ${length}>${escapeXml(text)}</tspan>`;
}

/** Collects the keyframes. Each animation lasts as long as the whole loop. */
class Animations {
  readonly #duration: number;
  readonly #keyframes = new Map<string, string>();

  constructor(duration: number) {
    this.#duration = duration;
  }

  /** Returns the class of something that appears at a time. */
  appear(at: number): string {
    const name = `a${Math.round(at * 100)}`;
    this.#keyframes.set(name, `0%{opacity:0}${this.#percent(at)}{opacity:1}`);
    return name;
  }

  /** Returns the class of the cover of a text that is being typed. */
  type(text: string, from: number, to: number): string {
    const name = `k${Math.round(from * 100)}`;
    const end = `transform:translateX(${round(text.length * columnWidth)}px)`;
    this.#keyframes.set(
      name,
      [
        '0%{opacity:1;transform:none}',
        `${this.#percent(from)}{opacity:1;transform:none;animation-timing-function:steps(${text.length})}`,
        `${this.#percent(to)}{opacity:1;${end}}`,
        `${this.#percent(to + 0.1)}{opacity:0;${end}}`,
      ].join(''),
    );
    return name;
  }

  /** Animates the scrolling. Returns how far the last line has scrolled, in pixels. */
  scroll(lines: readonly Line[], rows: number): number {
    const offsets = new Map<string, number>([['0%', 0]]);
    for (const [row, { at }] of lines.entries()) {
      offsets.set(this.#percent(at), Math.max(0, row + 1 - rows) * lineHeight);
    }
    const frames = [...offsets].map(([percent, offset]) => `${percent}{transform:translateY(${-offset}px)}`);
    this.#keyframes.set('scroll', frames.join(''));
    return Math.max(0, lines.length - rows) * lineHeight;
  }

  css(): string {
    const rules = [...this.#keyframes].map(
      ([name, frames]) => `.${name}{animation-name:${name}}@keyframes ${name}{${frames}}`,
    );
    const all = [...this.#keyframes.keys()].map((name) => `.${name}`).join(',');
    return `@media (prefers-reduced-motion:no-preference){\n${all}{animation:${round(this.#duration)}s step-end infinite}\n${rules.join('\n')}\n}\n`;
  }

  #percent(seconds: number): string {
    return `${round((Math.min(seconds, this.#duration) / this.#duration) * 100, 3)}%`;
  }
}

/** Text with one style. ECMA-48 §8.3.117 (SGR). */
interface Run {
  readonly text: string;
  readonly style: Style;
}

interface Style {
  readonly bold?: boolean;
  readonly dim?: boolean;
  /** 0 to 7. */
  readonly colour?: number;
}

/** Control Sequence Introducer. */
const introducer = '\u001b[';

function parseRuns(line: string): Run[] {
  const runs: Run[] = [];
  let column = 0;
  let style: Style = {};
  for (const [index, piece] of line.split(introducer).entries()) {
    const [, codes = '', text = ''] = (index > 0 && /^([\d;]*)m(.*)$/.exec(piece)) || ['', '', piece];
    if (index > 0) style = (codes || '0').split(';').map(Number).reduce(applySgr, style);
    const shown = text.replace(/\t/g, (_, before: number) => ' '.repeat(8 - ((column + before) % 8)));
    if (shown !== '') runs.push({ text: shown, style });
    column += shown.length;
  }
  return runs;
}

function applySgr(style: Style, code: number): Style {
  if (code === 0) return {};
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code >= 30 && code <= 37) return { ...style, colour: code - 30 };
  const { colour: _, ...plain } = style;
  return code === 39 ? plain : style;
}

/** Breaks a line at the last column, as a terminal does. */
function wrapRuns(runs: readonly Run[], columns: number): Run[][] {
  const lines: Run[][] = [[]];
  let used = 0;
  for (const { text, style } of runs) {
    for (let start = 0; start < text.length; ) {
      if (used === columns) {
        lines.push([]);
        used = 0;
      }
      const part = text.slice(start, start + columns - used);
      lines.at(-1)?.push({ text: part, style });
      used += part.length;
      start += part.length;
    }
  }
  return lines;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function round(value: number, digits = 1): string {
  return String(Number(value.toFixed(digits)));
}
