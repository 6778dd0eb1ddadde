import { closeSync, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import password from '@inquirer/password';
import { CredentialError } from '../../domain/credential-error.ts';
import { Secret } from '../../domain/secret.ts';

const controlC = 3;

/**
 * A terminal without echo, from `open` to `close`. Input between two prompts is discarded, as getpass(3) does, except that
 * Ctrl-C still interrupts the program.
 */
export class HiddenInput {
  readonly #stream: NodeJS.ReadStream;
  readonly #release: () => void;
  readonly #restoreEcho: () => void;

  /** Uses stdin if it is a terminal, otherwise the controlling terminal (tty(4)). Returns `undefined` if there is neither. */
  static open(): HiddenInput | undefined {
    if (process.stdin.isTTY) return new HiddenInput(process.stdin.ref(), () => void process.stdin.unref());
    if (process.platform === 'win32') return undefined;
    const stream = openControllingTerminal();
    return stream && new HiddenInput(stream, () => void stream.destroy());
  }

  private constructor(stream: NodeJS.ReadStream, release: () => void) {
    this.#stream = stream;
    this.#release = release;
    const setRawMode = stream.setRawMode.bind(stream);
    setRawMode(true);
    // A prompt would turn the echo on again when it ends.
    stream.setRawMode = () => stream;
    this.#restoreEcho = () => {
      stream.setRawMode = setRawMode;
      setRawMode(false);
    };
  }

  /** Prompts for a line. Rejects with `cancelled` if the user presses Ctrl-C or ends the input. */
  async ask(question: string): Promise<Secret> {
    this.#stream.off('data', discard);
    try {
      return await prompt(question, this.#stream);
    } finally {
      this.#stream.on('data', discard).resume();
    }
  }

  close(): void {
    this.#stream.off('data', discard).pause();
    this.#restoreEcho();
    this.#release();
  }
}

function discard(bytes: Buffer): void {
  if (bytes.includes(controlC)) process.kill(process.pid, 'SIGINT');
}

function openControllingTerminal(): ReadStream | undefined {
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

async function prompt(question: string, input: NodeJS.ReadStream): Promise<Secret> {
  const ended = new AbortController();
  // At the end of input (Ctrl-D), readline stops reading without telling the prompt.
  input.once('pause', () => ended.abort());
  try {
    const plain = (text: string) => text;
    const theme = { prefix: '', style: { message: plain, help: plain, answer: plain, maskedText: '' } };
    const line = await password(
      { message: question, mask: false, toggleMask: false, theme },
      { input, output: process.stderr, signal: ended.signal },
    );
    return new Secret(new TextEncoder().encode(line));
  } catch (error) {
    const isCancelled = error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name);
    throw isCancelled ? new CredentialError('cancelled', 'the prompt was cancelled') : error;
  }
}
