import { writeSync } from 'node:fs';
import { styleText } from 'node:util';
import { isTerminal } from '../../composition/environment.ts';
import { CredentialError } from '../../domain/credential-error.ts';
import type { colorOption } from '../command.ts';
import { formatJson, type Line, type Paint, renderLines } from './text.ts';

const stdout = 1;

/** Prints text for people to stdout. */
export function print(lines: readonly Line[], paint?: Paint): Promise<void> {
  return printBytes(Buffer.from(renderLines(lines, paint)));
}

/** Prints a value as JSON, with `indent` spaces for each level; 0: on one line. */
export function printJson(value: unknown, indent = 2): Promise<void> {
  return printBytes(Buffer.from(formatJson(value, indent)));
}

/**
 * Writes secrets, and what other programs read, to stdout as they are. Resolves when all bytes are written. EPIPE isn't an
 * error: the reader needs no more, as in `| head`. Writes to files and pipes directly, because creating `process.stdout` is
 * slow.
 */
export async function printBytes(bytes: Uint8Array): Promise<void> {
  try {
    const written = isTerminal(stdout) ? 0 : writeDirectly(bytes);
    if (written < bytes.length) await writeToStream(bytes.subarray(written));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'EPIPE') throw new CredentialError('output-failed', `cannot write to stdout: ${message}`);
  }
}

/** Returns how many bytes were written before a non-blocking pipe was full. */
function writeDirectly(bytes: Uint8Array): number {
  let written = 0;
  try {
    while (written < bytes.length) written += writeSync(stdout, bytes, written);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
  }
  return written;
}

function writeToStream(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.once('error', reject);
    process.stdout.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** The value of `--color` on a command line, even an invalid one. */
export function findColor(argv: readonly string[]): (typeof colorOption.choices)[number] {
  const [typed = ''] = argv.flatMap((word, index) =>
    word === '--color' ? (argv[index + 1] ?? '') : (/^--color=(.*)/.exec(word)?.[1] ?? []),
  );
  return typed === 'always' || typed === 'never' ? typed : 'auto';
}

const formats = {
  strong: 'bold',
  faint: 'dim',
  // Bold too: plain colours are hard to read on a light terminal.
  good: ['bold', 'green'],
  fair: ['bold', 'yellow'],
  bad: ['bold', 'red'],
} as const;

/**
 * `auto`: on a terminal that supports colours, unless NO_COLOR is set (no-color.org). `always` and `never` override the
 * environment.
 */
export function createPaint(
  when: (typeof colorOption.choices)[number],
  environment: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): Paint {
  const auto = isTerminal && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const colours = when === 'always' || (when === 'auto' && auto);
  return (style, text) => (colours ? styleText([formats[style]].flat(), text, { validateStream: false }) : text);
}
