import { describe, expect, test } from 'vitest';
import {
  createEnvironmentNewPassphrase,
  createEnvironmentPassphrase,
  createPassphrasePrompt,
} from '../../src/adapters/terminal/passphrase-source.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import type { Secret } from '../../src/domain/secret.ts';
import type { Terminal } from '../../src/ports/interaction.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';

const toText = async (secret: Promise<Secret | undefined>) => Buffer.from((await secret)?.expose() ?? []).toString();

describe('a passphrase from the environment', () => {
  const announced: string[] = [];
  const announce = () => void announced.push('announced');

  test('is used for existing and new files, and announced once', async () => {
    announced.length = 0;
    const source = createEnvironmentPassphrase('pässwörd', announce);
    expect(announced).toEqual([]);
    for (const getPassphrase of [source.create, source.open, source.create]) {
      expect(await toText(getPassphrase(1))).toBe('pässwörd');
      expect(announced).toEqual(['announced']);
    }
  });

  test('is not tried a second time', async () => {
    expect(await createEnvironmentPassphrase('wrong', announce).open(2)).toBeUndefined();
  });

  test('that replaces the current one is announced once', async () => {
    announced.length = 0;
    const source = createEnvironmentNewPassphrase('pässwörd', announce);
    expect([await toText(source.change()), await toText(source.change())]).toEqual(['pässwörd', 'pässwörd']);
    expect(announced).toEqual(['announced']);
  });
});

const texts = {
  open: 'Passphrase:',
  create: 'Choose one:',
  change: 'Choose a new one:',
  repeat: 'Repeat it:',
  hint: 'set PASSPHRASE',
  changeHint: 'set NEW_PASSPHRASE',
};

/** Answers the prompts in this order; an error stands for a prompt that fails. Records prompts and messages. */
function createPrompt(...answers: readonly (string | Error)[]) {
  const remaining = [...answers];
  const shown: string[] = [];
  const terminal: Terminal = {
    notice: (line) => void shown.push(`notice: ${line}`),
    warn: (line) => void shown.push(`warning: ${line}`),
    async askHidden(question, options) {
      shown.push(options?.stayHidden ? question : `${question} (echo restored)`);
      const answer = remaining.shift() ?? expect.unreachable('there was one prompt too many');
      if (answer instanceof Error) throw answer;
      return textSecret(answer);
    },
    restoreEcho: () => void shown.push('echo restored'),
  };
  return { source: createPassphrasePrompt(terminal, texts), shown };
}

describe('a passphrase from the terminal', () => {
  test('of an existing file is asked for at most three times, without echo until it was tried', async () => {
    const { source, shown } = createPrompt('one', 'two', 'three');
    const answers = [1, 2, 3, 4].map((attempt) => () => source.open(attempt));
    const received: string[] = [];
    for (const answer of answers) received.push(await toText(answer()));
    source.done?.();
    expect(received).toEqual(['one', 'two', 'three', '']);
    expect(shown).toEqual([
      'Passphrase:',
      'warning: wrong passphrase, try again',
      'Passphrase:',
      'warning: wrong passphrase, try again',
      'Passphrase:',
      'echo restored',
    ]);
  });

  test('is not asked for a fourth time', async () => {
    expect(await createPrompt().source.open(4)).toBeUndefined();
  });

  test.each([
    ['create', 'Choose one:'],
    ['change', 'Choose a new one:'],
  ] as const)('to %s is asked for until it is not empty and typed the same twice', async (verb, question) => {
    const { source, shown } = createPrompt('', 'pässwörd', 'passwort', 'pässwörd', 'pässwörd');
    expect(await toText(source[verb]())).toBe('pässwörd');
    expect(shown).toEqual([
      question,
      'warning: the passphrase is empty, try again',
      question,
      'Repeat it:',
      'warning: the passphrases do not match, try again',
      question,
      'Repeat it:',
    ]);
  });

  test.each(['create', 'change'] as const)('to %s is cancelled after three invalid choices', async (verb) => {
    const { source } = createPrompt('', '', '');
    await failure(source[verb](), 'cancelled');
  });

  test.each([
    ['open', 'set PASSPHRASE', [notInteractive()]],
    ['create', 'set PASSPHRASE', [notInteractive()]],
    ['create', 'set PASSPHRASE', ['once', notInteractive()]],
    ['change', 'set NEW_PASSPHRASE', [notInteractive()]],
    ['change', 'set NEW_PASSPHRASE', ['once', notInteractive()]],
  ] as const)('to %s has a hint if prompting is not possible: %s', async (verb, hint, answers) => {
    const error = await failure(createPrompt(...answers).source[verb](1), 'passphrase-required');
    expect(error.hint).toBe(hint);
  });

  test('passes on cancellation and other errors', async () => {
    const cancelled = new CredentialError('cancelled', 'the prompt was cancelled');
    await expect(createPrompt(cancelled).source.open(1)).rejects.toBe(cancelled);
    const broken = new Error('the terminal is gone');
    await expect(createPrompt(broken).source.open(1)).rejects.toBe(broken);
  });
});

function notInteractive(): CredentialError {
  return new CredentialError('passphrase-required', 'not interactive');
}
