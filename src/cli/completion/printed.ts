import { type BashWord, bashReply } from './bash-line.ts';
import type { Candidate } from './candidates.ts';
import type { Completion } from './complete.ts';
import type { Shell } from './scripts.ts';

/** What `complete` prints for a shell's script. The first line says what follows. */
export function printed(completion: Completion, shell: Exclude<Shell, 'bash'>): string {
  const line = { zsh: describedByColon, fish: describedByTab }[shell];
  return lines(completion, line, (count) => count);
}

/** `typed`: the words of the line, the program's name first. */
export function printedForBash(completion: Completion, typed: readonly BashWord[]): string {
  const last = typed.at(-1);
  return lines(
    completion,
    ({ text }) => last && bashReply(last, text),
    (count) => typed.slice(0, count).reduce((sum, { pieces }) => sum + pieces, 0),
  );
}

function lines(
  completion: Completion,
  line: (candidate: Candidate) => string | undefined,
  wordsIn: (count: number) => number,
): string {
  const { kind } = completion;
  const first = kind === 'command' ? `${kind} ${wordsIn(completion.after + 1)}` : kind;
  const rest = kind === 'words' ? completion.words.map(line).filter((text) => text !== undefined) : [];
  return `${[first, ...rest].join('\n')}\n`;
}

/** As zsh's `_describe` wants it. */
function describedByColon({ text, what }: Candidate): string {
  const escaped = text.replace(/[\\:]/g, '\\$&');
  return what === undefined ? escaped : `${escaped}:${what}`;
}

function describedByTab({ text, what }: Candidate): string {
  return what === undefined ? text : `${text}\t${what}`;
}
