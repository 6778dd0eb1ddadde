import { describe, expect, test } from 'vitest';
import { getCredential } from '../../src/app/credentials/get-credential.ts';
import { setCredential } from '../../src/app/credentials/set-credential.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import type { CredentialName } from '../../src/domain/credential-name.ts';
import { askpass, parsePrompt } from '../../src/domain/protocols/askpass.ts';
import { Secret } from '../../src/domain/secret.ts';
import { World } from '../app/world.ts';
import { type ProtocolRunOptions, runRequest } from './protocol-client.ts';

const key = { service: 'ssh-key', account: '/home/alice/.ssh/id_ed25519' };
const login = { service: 'ssh:example.com', account: 'alice' };
const secret = (name: CredentialName) => ({ kind: 'secret', name });

describe('a prompt asks for', () => {
  // From the programs named in askpass.ts.
  test.each<[string, CredentialName]>([
    ["Enter passphrase for key '/home/alice/.ssh/id_ed25519': ", key],
    ['Enter passphrase for /home/alice/.ssh/id_ed25519: ', key],
    ['Enter passphrase for /home/alice/.ssh/id_ed25519 (will confirm each use): ', key],
    ['Enter passphrase for "/home/alice/.ssh/id_ed25519": ', key],
    ["Enter passphrase for key 'id': ", { service: 'ssh-key', account: '/work/id' }],
    ["Enter passphrase for key './a/../../x/id': ", { service: 'ssh-key', account: '/x/id' }],
    ['Enter passphrase for ./id: ', { service: 'ssh-key', account: '/work/id' }],
    ["Enter passphrase for key 'C:\\Users\\a\\id': ", { service: 'ssh-key', account: 'C:\\Users\\a\\id' }],
    ["alice@example.com's password: ", login],
    ["alice@Example.COM's password: ", login],
    ["a@b@example.com's password: ", { service: 'ssh:example.com', account: 'a@b' }],
    ["alice@::1's password: ", { service: 'ssh:::1', account: 'alice' }],
    ['(alice@example.com) Password: ', login],
    ['(alice@example.com) Password for alice@example.com: ', login],
    ["Enter passphrase for key '/home/yes/no/id': ", { service: 'ssh-key', account: '/home/yes/no/id' }],
    ['[sudo] password for alice: ', { service: 'sudo', account: 'alice' }],
    ['[sudo] Passwort für alice: ', { service: 'sudo', account: 'alice' }],
    ['[sudo] Mot de passe de alice : ', { service: 'sudo', account: 'alice' }],
    ["Password for 'https://alice@example.com': ", { service: 'git-credential:https://example.com', account: 'alice' }],
    ['Password for "https://alice@example.com": ', { service: 'git-credential:https://example.com', account: 'alice' }],
    [
      "Password for 'https://al%40ice@example.com:8443/a/b.git': ",
      { service: 'git-credential:https://example.com:8443/a/b.git', account: 'al@ice' },
    ],
    ["Password for 'https://100%@example.com': ", { service: 'git-credential:https://example.com', account: '100%25' }],
    [
      "Password for 'https://m%C3%BCller@example.com': ",
      { service: 'git-credential:https://example.com', account: 'müller' },
    ],
    [
      "Password for 'https://müller@example.com': ",
      { service: 'git-credential:https://example.com', account: 'müller' },
    ],
    ["Password for 'https://example.com': ", { service: 'git-credential:https://example.com', account: '%empty' }],
  ])('[ASK1] a stored secret: %s', (text, name) => {
    expect(parsePrompt(text, { folder: '/work' })).toEqual(secret(name));
  });

  test('a user name: the account of git’s credential', () => {
    const username = { kind: 'username', service: 'git-credential:https://example.com' };
    expect(parsePrompt("Username for 'https://example.com': ")).toEqual(username);
  });

  test('a passphrase again, because the last one was wrong', () => {
    const text = 'Bad passphrase, try again for /home/alice/.ssh/id_ed25519: ';
    expect(parsePrompt(text)).toEqual({ ...secret(key), isRetry: true });
  });

  test.each([
    [
      "The authenticity of host 'example.com (10.0.0.1)' can't be established.\nED25519 key fingerprint is SHA256:x.\n" +
        'Are you sure you want to continue connecting (yes/no/[fingerprint])? ',
      undefined,
    ],
    ["Please type 'yes', 'no' or the fingerprint: ", undefined],
    ["Are you sure (yes/no)? alice@example.com's password: ", undefined],
    ['Overwrite (y/n)? ', undefined],
  ])('[ASK2] a decision: %s', (text, hint) => {
    expect(parsePrompt(text, { hint })).toEqual({ kind: 'confirmation' });
  });

  test('a decision or nothing, if ssh says so, whatever it shows', () => {
    const text = "Enter passphrase for key '/home/alice/.ssh/id_ed25519': ";
    expect(parsePrompt(text, { hint: 'confirm' })).toEqual({ kind: 'confirmation', isExitCode: true });
    expect(parsePrompt(text, { hint: 'none' })).toEqual({ kind: 'notice' });
    expect(parsePrompt(text, { hint: 'other' })).toEqual(secret(key));
  });

  test.each([
    // A server's own prompts, as OpenSSH shows them.
    "(mallory@evil.com) Enter passphrase for key '/home/alice/.ssh/id_ed25519': ",
    "(mallory@evil.com) alice@example.com's password: ",
    '(mallory@evil.com) (alice@example.com) Password: ',
    '(mallory@evil.com) [sudo] password for alice: ',
    "(mallory@evil.com) Password for 'https://alice@example.com': ",
    '(alice@example.com) Verification code: ',
    '(alice@example.com) Password of your bank: ',
    // What isn't stored: new passwords, PINs, and what several programs ask for.
    "Enter alice@example.com's old password: ",
    "Enter alice@example.com's new password: ",
    'Enter new passphrase (empty for no passphrase): ',
    'Enter same passphrase again: ',
    'Enter PIN for ECDSA-SK key /home/alice/.ssh/id_ecdsa_sk: ',
    'Password: ',
    'Enter passphrase: ',
    'Enter passphrase for backup: ',
    '',
    // OpenSSH may have cut the user or the host off.
    `${'a'.repeat(30)}@example.com's password: `,
    `alice@${'a'.repeat(128)}'s password: `,
    // Control characters, and URLs that could be read differently.
    "alice@example.com's password: \u001b[2K",
    "alice@example.com's\npassword: ",
    "alice@exa\u200bmple.com's password: ",
    "Password for 'https://alice@example.com?.evil.com': ",
    "Password for 'https://alice@example.com#.evil.com': ",
    "Password for 'https://alice@example.com\\@evil.com': ",
    "Password for 'https://alice@bob@example.com': ",
    "Password for 'https://alice%0a@example.com': ",
    "Password for 'https://alice@example.com%0d': ",
    "Password for 'cert:///home/alice/cert.pem': ",
    "Password for 'example.com': ",
  ])('[ASK3] something else, which is never answered with a stored secret: %j', (text) => {
    expect(parsePrompt(text, { folder: '/work' })).toEqual({ kind: 'unknown' });
  });

  test('something else, if the path of a key is relative to an unknown folder', () => {
    for (const folder of [undefined, '', 'work']) {
      expect(parsePrompt("Enter passphrase for key 'id': ", { folder })).toEqual({ kind: 'unknown' });
    }
  });

  test('a host in the URL of git can’t pass for another one', () => {
    const prompt = parsePrompt("Password for 'https://alice@example.com%2f.evil.com': ");
    expect(prompt).toEqual(secret({ service: 'git-credential:https://example.com%2f.evil.com', account: 'alice' }));
  });
});

const keyPrompt = `Enter passphrase for key '${key.account}': `;
async function ask(world: World, text: string, options: ProtocolRunOptions = {}) {
  const questions: string[] = [];
  const run = await runRequest(world.context, askpass, [text], { ...options, asked: questions });
  return { ...run, questions };
}

async function withSecret(name: CredentialName, text: string | Uint8Array): Promise<World> {
  const world = new World();
  await setCredential(world.context, name, new Secret(Buffer.from(text as string)), { allowEmpty: true });
  return world;
}

async function readStored(world: World, name: CredentialName): Promise<string | undefined> {
  const stored = await getCredential(world.context, name);
  return stored && Buffer.from(stored.expose()).toString();
}

test('[ASK4] a stored secret is the answer, and nobody is asked', async () => {
  const world = await withSecret(key, 'pass phrase');
  expect(await ask(world, keyPrompt)).toMatchObject({
    stdout: 'pass phrase\n',
    errors: [],
    exitCode: 0,
    questions: [],
  });
});

describe('git’s credential', () => {
  const name = { service: 'git-credential:https://example.com', account: 'al%25ice' };
  const user = "Username for 'https://example.com': ";
  const password = "Password for 'https://al%25ice@example.com': ";

  test('is the one of the git helper', async () => {
    const world = await withSecret(name, 'pw\noauth_refresh_token=x');
    expect((await ask(world, user)).stdout).toBe('al%ice\n');
    expect((await ask(world, password)).stdout).toBe('pw\n');
  });

  test('is never an expired one, nor one without a user name or a password', async () => {
    const expired = await withSecret(name, 'pw\npassword_expiry_utc=1');
    for (const prompt of [user, password]) {
      expect(await ask(expired, prompt)).toMatchObject({ stdout: '', exitCode: 1 });
    }
    const encoded = await withSecret(name, '\nauthtype=bearer\ncredential=x');
    expect(await ask(encoded, password)).toMatchObject({ stdout: '', exitCode: 1 });
    for (const account of ['%none', '%empty']) {
      expect(await ask(await withSecret({ ...name, account }, 'pw'), user)).toMatchObject({ stdout: '', exitCode: 1 });
    }
  });

  test('is stored for a password that the user has typed, and not for a user name', async () => {
    const world = new World();
    expect(await ask(world, user, { answers: ['al%ice'] })).toMatchObject({ stdout: 'al%ice\n', questions: [user] });
    expect(world.placement).toEqual([]);
    expect((await ask(world, password, { answers: ['pw', 'y'] })).stdout).toBe('pw\n');
    expect(await readStored(world, name)).toBe('pw');
  });
});

describe('without a stored secret', () => {
  test('[ASK5] the user is asked, and decides whether the answer is stored', async () => {
    for (const [choice, stored] of [
      ['y', 'typed'],
      ['YES', 'typed'],
      ['n', undefined],
      ['', undefined],
    ] as const) {
      const world = new World();
      expect(await ask(world, keyPrompt, { answers: ['typed', choice] })).toMatchObject({
        stdout: 'typed\n',
        exitCode: 0,
        questions: [keyPrompt.trimEnd(), `Store it as ssh-key ${key.account}, for the next time? [y/N] `],
      });
      expect(await readStored(world, key)).toBe(stored);
    }
  });

  test('the answer counts even if it can’t be stored', async () => {
    const world = new World();
    world.write = async () => {
      throw new CredentialError('file-io', 'the disk is full');
    };
    expect(await ask(world, keyPrompt, { answers: ['typed', 'y'] })).toMatchObject({ stdout: 'typed\n', exitCode: 0 });
    expect(world.warnings).toEqual([expect.stringMatching(/^ssh-key .* was not stored: /)]);
  });

  test('[ASK6] and without a terminal nothing is answered, but a hint says how to store an answer', async () => {
    expect(await ask(new World(), keyPrompt)).toMatchObject({
      stdout: '',
      errors: [{ hint: `store it: keystow set ssh-key ${key.account}` }],
      exitCode: 1,
    });
    expect(await ask(new World(), 'Password: ')).toMatchObject({ stdout: '', exitCode: 1 });
  });

  test('an empty answer isn’t used', async () => {
    expect(await ask(new World(), keyPrompt, { answers: [''] })).toMatchObject({ stdout: '', errors: [], exitCode: 1 });
  });
});

describe('[ASK7] a stored secret that was wrong is not repeated', () => {
  test.each([
    ['the same process asks again', keyPrompt, true],
    ['the prompt says so', `Bad passphrase, try again for ${key.account}: `, false],
  ])('if %s: the user is asked, and can replace it', async (_, prompt, repeated) => {
    const world = await withSecret(key, 'wrong');
    expect(await ask(world, prompt, { repeated })).toMatchObject({ stdout: '', exitCode: 1 });
    expect(await ask(world, prompt, { repeated, answers: ['right', 'y'] })).toMatchObject({
      stdout: 'right\n',
      questions: [expect.stringMatching(/^keystow: the stored answer was not accepted\. /), expect.anything()],
    });
    expect(await readStored(world, key)).toBe('right');
  });
});

describe('[ASK8] a decision is the user’s own', () => {
  const hostKey = 'The key is SHA256:x.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? ';

  test('it is asked for with echo, on one line, and passed on as it is', async () => {
    for (const answer of ['yes', 'no', 'SHA256:x']) {
      expect(await ask(new World(), hostKey, { answers: [answer] })).toMatchObject({
        stdout: `${answer}\n`,
        questions: ['The key is SHA256:x. Are you sure you want to continue connecting (yes/no/[fingerprint])? '],
      });
    }
  });

  test('without a terminal nothing is answered', async () => {
    expect(await ask(new World(), hostKey)).toMatchObject({ stdout: '', exitCode: 1 });
  });

  test('if ssh looks at the exit code, only yes is 0', async () => {
    const confirm = (answers: readonly string[]) =>
      ask(new World(), 'Allow use of key x?', { answers, environment: { SSH_ASKPASS_PROMPT: 'confirm' } });
    expect(await confirm(['yes'])).toMatchObject({ stdout: 'yes\n', exitCode: 0 });
    expect(await confirm(['y'])).toMatchObject({ stdout: 'yes\n', exitCode: 0 });
    for (const answer of ['', 'no', 'maybe'])
      expect(await confirm([answer])).toMatchObject({ stdout: '', exitCode: 1 });
    expect(await confirm([])).toMatchObject({ stdout: '', exitCode: 1 });
  });

  test('a notice needs no answer', async () => {
    const environment = { SSH_ASKPASS_PROMPT: 'none' };
    expect(await ask(new World(), 'Confirm user presence', { environment })).toMatchObject({
      stdout: '',
      errors: [],
      exitCode: 0,
    });
  });
});

test.each([
  ['a line break', 'a\nb'],
  ['a carriage return', 'a\rb'],
  ['a NUL', 'a\0b'],
  ['1,024 bytes', 'x'.repeat(1024)],
  ['1,024 bytes in fewer characters', 'ä'.repeat(512)],
  ['bytes that are not text', Uint8Array.of(0xff)],
])('[ASK9] a secret with %s is an error: a program would take a part of it for the whole', async (_, text) => {
  expect(await ask(await withSecret(key, text), keyPrompt)).toMatchObject({
    stdout: '',
    errors: [{ code: 'failed' }],
    exitCode: 1,
  });
  if (typeof text !== 'string') return;
  const world = new World();
  expect(await ask(world, keyPrompt, { answers: [text, 'y'] })).toMatchObject({ stdout: '', exitCode: 1 });
  expect(world.placement).toEqual([]);
});

test('an answer of 1,023 bytes is passed on', async () => {
  expect((await ask(await withSecret(key, 'x'.repeat(1023)), keyPrompt)).stdout).toHaveLength(1024);
});

test('a store that fails is an error, and nobody is asked instead', async () => {
  const world = await withSecret(key, 'pw');
  world.unavailable.set('secret-service', 'locked');
  expect(await ask(world, keyPrompt, { answers: ['typed'] })).toMatchObject({
    stdout: '',
    errors: [{ code: 'locked' }],
    questions: [],
  });
});

test.each([[[]], [['a', 'b']]])('the arguments %j are not a prompt', async (args) => {
  expect(await runRequest(new World().context, askpass, args)).toMatchObject({
    errors: [{ code: 'invalid-input' }],
    exitCode: 1,
  });
});
