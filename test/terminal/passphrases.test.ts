import { describe, expect, test } from 'vitest';
import {
  newPassphraseFromEnvironment,
  passphraseFromEnvironment,
  passphraseFromTerminal,
} from '../../src/adapters/terminal/passphrases.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import type { Secret } from '../../src/domain/secret.ts';
import type { Terminal } from '../../src/ports/terminal.ts';
import { failure } from '../contract/errors.ts';
import { textSecret } from '../contract/secrets.ts';

const shown = async (secret: Promise<Secret | undefined>) => Buffer.from((await secret)?.expose() ?? []).toString();

describe('a passphrase from the environment', () => {
  const announced: string[] = [];
  const announce = () => void announced.push('announced');

  test('is the same for a file that exists and for a new one, and announced the first time', async () => {
    announced.length = 0;
    const source = passphraseFromEnvironment('pässwörd', announce);
    expect(announced).toEqual([]);
    for (const give of [source.create, source.open, source.create]) {
      expect(await shown(give(1))).toBe('pässwörd');
      expect(announced).toEqual(['announced']);
    }
  });

  test('that does not open the file is not tried again', async () => {
    expect(await passphraseFromEnvironment('wrong', announce).open(2)).toBeUndefined();
  });

  test('in place of the one that a file has is announced the first time', async () => {
    announced.length = 0;
    const source = newPassphraseFromEnvironment('pässwörd', announce);
    expect([await shown(source.change()), await shown(source.change())]).toEqual(['pässwörd', 'pässwörd']);
    expect(announced).toEqual(['announced']);
  });
});

const wording = {
  open: 'Passphrase:',
  create: 'Choose one:',
  change: 'Choose a new one:',
  repeat: 'Repeat it:',
  hint: 'set PASSPHRASE',
  changeHint: 'set NEW_PASSPHRASE',
};

/** Somebody who gives these answers, or nobody where an answer is an error. Keeps what was asked and said. */
function somebody(...answers: readonly (string | Error)[]) {
  const left = [...answers];
  const said: string[] = [];
  const terminal: Terminal = {
    notice: (line) => void said.push(`notice: ${line}`),
    warn: (line) => void said.push(`warning: ${line}`),
    async askHidden(question, options) {
      said.push(options?.stayHidden ? question : `${question} (shown afterwards)`);
      const answer = left.shift() ?? expect.unreachable('was asked once too often');
      if (answer instanceof Error) throw answer;
      return textSecret(answer);
    },
    restoreEcho: () => void said.push('typing is shown'),
  };
  return { source: passphraseFromTerminal(terminal, wording), said };
}

describe('a passphrase from the terminal', () => {
  test('of a file that exists is asked for, three times at most, and typing stays hidden until it was tried', async () => {
    const { source, said } = somebody('one', 'two', 'three');
    const answers = [1, 2, 3, 4].map((attempt) => () => source.open(attempt));
    const given: string[] = [];
    for (const answer of answers) given.push(await shown(answer()));
    source.done?.();
    expect(given).toEqual(['one', 'two', 'three', '']);
    expect(said).toEqual([
      'Passphrase:',
      'warning: wrong passphrase, try again',
      'Passphrase:',
      'warning: wrong passphrase, try again',
      'Passphrase:',
      'typing is shown',
    ]);
  });

  test('that was tried three times is none any more', async () => {
    expect(await somebody().source.open(4)).toBeUndefined();
  });

  test.each([
    ['create', 'Choose one:'],
    ['change', 'Choose a new one:'],
  ] as const)('to %s is asked for until it is not empty and typed twice', async (verb, question) => {
    const { source, said } = somebody('', 'pässwörd', 'passwort', 'pässwörd', 'pässwörd');
    expect(await shown(source[verb]())).toBe('pässwörd');
    expect(said).toEqual([
      question,
      'warning: the passphrase is empty, try again',
      question,
      'Repeat it:',
      'warning: the two are not the same, try again',
      question,
      'Repeat it:',
    ]);
  });

  test.each(['create', 'change'] as const)('to %s is given up when it was chosen badly three times', async (verb) => {
    const { source } = somebody('', '', '');
    expect((await failure(source[verb](), 'cancelled')).message).toBe('no passphrase was set');
  });

  test.each([
    ['open', 'set PASSPHRASE', [nobodyThere()]],
    ['create', 'set PASSPHRASE', [nobodyThere()]],
    ['create', 'set PASSPHRASE', ['once', nobodyThere()]],
    ['change', 'set NEW_PASSPHRASE', [nobodyThere()]],
    ['change', 'set NEW_PASSPHRASE', ['once', nobodyThere()]],
  ] as const)('to %s, where nobody is there, is to be given otherwise: %s', async (verb, hint, answers) => {
    const error = await failure(somebody(...answers).source[verb](1), 'passphrase-required');
    expect(error.message).toBe('nobody is there');
    expect(error.hint).toBe(hint);
  });

  test('that is called off is called off', async () => {
    const cancelled = new CredentialError('cancelled', 'the question was not answered');
    await expect(somebody(cancelled).source.open(1)).rejects.toBe(cancelled);
    const broken = new Error('the terminal is gone');
    await expect(somebody(broken).source.open(1)).rejects.toBe(broken);
  });
});

function nobodyThere(): CredentialError {
  return new CredentialError('passphrase-required', 'nobody is there');
}
