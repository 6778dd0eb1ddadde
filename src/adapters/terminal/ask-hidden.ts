import { closeSync, openSync } from 'node:fs';
import { ReadStream } from 'node:tty';
import password from '@inquirer/password';
import { CredentialError } from '../../domain/credential-error.ts';
import { Secret } from '../../domain/secret.ts';

/** Asks for a line without echo; `undefined` where there is no terminal. Called off → rejects with `cancelled`. */
export async function askHidden(question: string): Promise<Secret | undefined> {
  const input = openInput();
  try {
    return input && (await ask(question, input.stream));
  } finally {
    input?.release();
  }
}

/** stdin where it is a terminal, else the controlling terminal (tty(4)); `undefined` where there is neither. */
function openInput(): { stream: NodeJS.ReadStream; release(): void } | undefined {
  if (process.stdin.isTTY) return { stream: process.stdin.ref(), release: () => void process.stdin.unref() };
  if (process.platform === 'win32') return undefined;
  try {
    const descriptor = openSync('/dev/tty', 'r+');
    try {
      const stream = new ReadStream(descriptor);
      return { stream, release: () => void stream.destroy() };
    } catch {
      closeSync(descriptor);
      return undefined;
    }
  } catch {
    return undefined;
  }
}

async function ask(question: string, input: NodeJS.ReadStream): Promise<Secret> {
  try {
    const theme = { prefix: '', style: { message: (text: string) => text, maskedText: '' } };
    const line = await password(
      { message: question, mask: false, toggleMask: false, theme },
      { input, output: process.stderr },
    );
    return new Secret(new TextEncoder().encode(line));
  } catch (error) {
    const isExit = error instanceof Error && /^(ExitPromptError|AbortPromptError|CancelPromptError)$/.test(error.name);
    throw isExit ? new CredentialError('cancelled', 'the question was not answered') : error;
  }
}
