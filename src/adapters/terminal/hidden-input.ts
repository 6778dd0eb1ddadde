import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import { ReadStream } from 'node:tty';
import { CredentialError } from '../../domain/credential-error.ts';
import { Secret } from '../../domain/secret.ts';
import { timers, yieldToEvents } from '../process/timers.ts';
import { TypedLine } from './typed-line.ts';

const controlC = 3;

/** How long after Enter more text counts as part of a paste. Nobody types that fast. */
const pasteGapMs = 100;
/** How long no input may arrive until a rejected paste counts as complete, so that none of it gets to the shell. */
const pasteEndMs = 500;

/** Bracketed paste: the terminal marks where a paste starts and ends. Terminals that can't do that ignore it. */
const markPastes = '\x1b[?2004h';
const unmarkPastes = '\x1b[?2004l';

/** Signals that end a process by default. A node process handles SIGINT and SIGTERM, but restores only stdin. */
const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

export interface QuestionOptions {
  /** Whether the answer may have several lines, if the terminal marks where a paste ends. */
  readonly allowLines: boolean;
  /** Cancels the prompt. */
  readonly signal?: AbortSignal;
}

interface Question extends QuestionOptions {
  readonly text: string;
  readonly resolve: (answer: Secret) => void;
  readonly reject: (error: CredentialError) => void;
  line: TypedLine;
  /** Runs after Enter, or while the rest of a rejected paste is discarded. */
  timer?: NodeJS.Timeout;
  isRejected?: true;
}

/**
 * A terminal without echo, from `open` to `close`. Input between two prompts is discarded, as getpass(3) does, except that
 * Ctrl-C still interrupts the program. If a signal ends or stops the process, the terminal is restored first; that needs
 * listeners, which exist only while it's open. Nothing can be done about SIGKILL and SIGSTOP.
 */
export class HiddenInput {
  readonly #stream: NodeJS.ReadStream;
  readonly #release: () => void;
  #question: Question | undefined;
  #isResumed = false;

  /** Uses stdin if it is a terminal, otherwise the controlling terminal (tty(4)). Returns `undefined` if there is neither. */
  static open(): HiddenInput | undefined {
    if (process.stdin.isTTY) return new HiddenInput(process.stdin.ref(), () => void process.stdin.unref());
    const stream = openControllingTerminal();
    return stream && new HiddenInput(stream, () => void stream.destroy());
  }

  private constructor(stream: NodeJS.ReadStream, release: () => void) {
    this.#stream = stream;
    this.#release = release;
    this.#hide();
    // First, so that it can tell whether there are others.
    for (const signal of endingSignals) process.prependListener(signal, this.#end);
    process.on('SIGTSTP', this.#suspend).on('SIGCONT', this.#resume).on('exit', this.#show);
    stream.on('data', this.#receive).on('end', this.#cancel).on('error', this.#cancel).resume();
  }

  /**
   * Prompts for a line. The line can be empty.
   *
   * - Ctrl-C, Ctrl-\, the end of the input, or a signal for which the program has a listener → `cancelled`
   * - several lines, and they aren't allowed, or the terminal doesn't mark where a paste ends → `invalid-input`
   */
  async ask(text: string, options: QuestionOptions = { allowLines: false }): Promise<Secret> {
    // Discards input from before the prompt.
    await yieldToEvents();
    options.signal?.addEventListener('abort', this.#cancel);
    try {
      return await new Promise((resolve, reject) => {
        this.#question = { ...options, text, resolve, reject, line: new TypedLine(options) };
        this.#showQuestion();
        if (options.signal?.aborted) this.#cancel();
      });
    } finally {
      options.signal?.removeEventListener('abort', this.#cancel);
      timers.clearTimeout(this.#question?.timer);
      this.#question = undefined;
      process.stderr.write('\n');
    }
  }

  close(): void {
    for (const signal of endingSignals) process.off(signal, this.#end);
    process.off('SIGTSTP', this.#suspend).off('SIGCONT', this.#resume).off('exit', this.#show);
    this.#show();
    this.#stream.off('data', this.#receive).off('end', this.#cancel).off('error', this.#cancel).pause();
    this.#release();
  }

  readonly #hide = (): void => {
    this.#stream.setRawMode(true);
    control(markPastes);
  };

  readonly #show = (): void => {
    control(unmarkPastes);
    this.#stream.setRawMode(false);
  };

  /** Also after the process was stopped. Earlier input is discarded, because it can't be seen (readpassphrase(3)). */
  #showQuestion(): void {
    const question = this.#question;
    if (question === undefined) return;
    question.line = new TypedLine(question);
    process.stderr.write(`${question.text} `);
  }

  readonly #receive = (bytes: Buffer): void => {
    const question = this.#question;
    if (question === undefined) {
      if (bytes.includes(controlC)) process.kill(process.pid, 'SIGINT');
      return;
    }
    switch (question.isRejected ? 'several-lines' : question.line.add(bytes)) {
      case 'typing':
        return;
      case 'entered':
        question.timer ??= timers.setTimeout(() => question.resolve(new Secret(question.line.toBytes())), pasteGapMs);
        return;
      case 'several-lines':
        question.isRejected = true;
        timers.clearTimeout(question.timer);
        question.timer = timers.setTimeout(() => question.reject(severalLinesError(question)), pasteEndMs);
        return;
      case 'cancelled':
        this.#cancel();
        return;
      case 'suspended':
        // The terminal would stop the whole job. On Windows, there are no jobs.
        if (process.platform !== 'win32') this.#stop(0);
    }
  };

  readonly #cancel = (): void => {
    this.#question?.reject(new CredentialError('cancelled', 'the prompt was cancelled'));
  };

  readonly #end = (signal: NodeJS.Signals): void => {
    const hasOther = process.listenerCount(signal) > 1;
    this.#cancel();
    if (hasOther || (signal === 'SIGINT' && this.#question)) return;
    this.close();
    process.stderr.write('\n');
    // SIGQUIT would write a core dump, which contains the typed secret.
    if (signal === 'SIGQUIT') process.exit(128 + constants.signals.SIGQUIT);
    process.kill(process.pid, signal);
  };

  readonly #suspend = (): void => this.#stop(process.pid);

  /** Stops a process, or with 0 all of the job, and returns when it continues, or immediately if no shell could continue it. */
  #stop(pid: number): void {
    this.#show();
    process.stderr.write('\n');
    process.off('SIGTSTP', this.#suspend);
    process.kill(pid, 'SIGTSTP');
    process.on('SIGTSTP', this.#suspend);
    this.#isResumed = true;
    this.#hide();
    this.#showQuestion();
  }

  /** The shell may have changed the mode of the terminal, so it's set again. */
  readonly #resume = (): void => {
    this.#stream.setRawMode(false);
    this.#hide();
    if (!this.#isResumed) this.#showQuestion();
    this.#isResumed = false;
  };
}

/** Sends a sequence to a terminal that may know it. */
function control(sequence: string): void {
  if (process.stderr.isTTY && process.env.TERM !== 'dumb') process.stderr.write(sequence);
}

function severalLinesError({ allowLines }: QuestionOptions): CredentialError {
  return new CredentialError(
    'invalid-input',
    allowLines
      ? 'the input has several lines, and this terminal does not tell where a paste ends'
      : 'the input has several lines, but only one was asked for',
    { hint: 'enter one line' },
  );
}

/** Opens the terminal of the process even if stdin is something else (tty(4)). `undefined` if it has none, and on Windows. */
export function openControllingTerminal(): ReadStream | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    const descriptor = openSync('/dev/tty', 'r+');
    try {
      return new ReadStream(descriptor);
    } catch {
      closeSync(descriptor);
      return undefined;
    }
  } catch {
    return undefined;
  }
}
