import { closeSync, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import password from '@inquirer/password';
import { CredentialError } from '../../domain/credential-error.ts';
import { Secret } from '../../domain/secret.ts';

const controlC = 3;

/**
 * A terminal that shows nothing of what is typed, from when it is opened to when it is closed. What comes between two
 * questions is dropped, as getpass(3) does; Ctrl-C is what it always is.
 */
export class HiddenInput {
  readonly #stream: NodeJS.ReadStream;
  readonly #release: () => void;
  readonly #restoreEcho: () => void;

  /** stdin where it is a terminal, else the controlling terminal (tty(4)); `undefined` where there is neither. */
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
    // A question turns the echo on again as it ends.
    stream.setRawMode = () => stream;
    this.#restoreEcho = () => {
      stream.setRawMode = setRawMode;
      setRawMode(false);
    };
  }

  /** Asks for a line. Called off → rejects with `cancelled`. */
  async ask(question: string): Promise<Secret> {
    this.#stream.off('data', drop);
    try {
      return await ask(question, this.#stream);
    } finally {
      this.#stream.on('data', drop).resume();
    }
  }

  close(): void {
    this.#stream.off('data', drop).pause();
    this.#restoreEcho();
    this.#release();
  }
}

function drop(bytes: Buffer): void {
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

async function ask(question: string, input: NodeJS.ReadStream): Promise<Secret> {
  const ended = new AbortController();
  // At the end of input (Ctrl-D) readline reads no further, and the prompt hears nothing of it.
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
    const isOver = error instanceof Error && ['ExitPromptError', 'AbortPromptError'].includes(error.name);
    throw isOver ? new CredentialError('cancelled', 'the question was not answered') : error;
  }
}
