import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeStore } from '../contract/require-stores.ts';
import { missingProgram } from '../support/session-bus.ts';
import { Sandbox } from './sandbox.ts';

const secret = 'Tk4x9qZ2w8vB7nM1kL5j';
const other = 'Qq7pR3sT9uV1wX5yZ2aB';
const auth = Buffer.from(`alice:${other}`).toString('base64');

const files = {
  '.git-credentials': `# mine\nhttps://alice:${secret}@github.example\n`,
  '.gitconfig': '[user]\n\tname = A\n[credential]\n\thelper = store\n',
  '.docker/config.json': `{\n\t"auths": {\n\t\t"ghcr.example": {\n\t\t\t"auth": "${auth}"\n\t\t}\n\t}\n}`,
  '.npmrc': `//r.example/:_authToken=${secret}\n`,
} as const;

const ask =
  'printf "protocol=https\\nhost=github.example\\nusername=alice\\n\\n" | GIT_TERMINAL_PROMPT=0 git credential fill';

describeStore('keystow sweep --move', 'git', missingProgram('git'), () => {
  let sandbox: Sandbox;
  beforeEach(() => {
    sandbox = new Sandbox({ KEYSTOW_STORAGE: 'file' });
    for (const [name, text] of Object.entries(files)) write(name, text);
  });
  afterEach(() => sandbox.remove());

  const write = (name: string, text: string, mode = 0o600) => {
    const path = join(sandbox.home, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    chmodSync(path, mode);
  };
  const read = (name: string) => readFileSync(join(sandbox.home, name), 'utf8');
  const readAll = () => Object.fromEntries(Object.keys(files).map((name) => [name, read(name)]));
  const findInHome = (...texts: string[]) =>
    sandbox.run(`grep -rlF ${texts.map((text) => `-e '${text}'`).join(' ')} "$HOME" || true`).stdout;

  test('[SWP1] stores the secrets, makes the tools ask for them, and removes nothing else from the files', () => {
    const { exit, stdout } = sandbox.run('keystow sweep --move --exclude npm --yes');
    expect(stdout).toContain('moved 1 credential out of ~/.git-credentials; git asks keystow now\n');
    expect(exit).toBe(0);
    expect(findInHome(secret, other, auth)).toBe(`${join(sandbox.home, '.npmrc')}\n`);
    expect(read('.git-credentials')).toBe('# mine\n');
    expect(read('.gitconfig')).toBe('[user]\n\tname = A\n[credential]\n\thelper = keystow\n');
    expect(JSON.parse(read('.docker/config.json'))).toEqual({ auths: { 'ghcr.example': {} }, credsStore: 'keystow' });
    expect(sandbox.run(ask).stdout).toContain(`password=${secret}\n`);
    expect(sandbox.run('printf ghcr.example | docker-credential-keystow get').stdout).toContain(other);
    expect(sandbox.run('keystow sweep --exclude npm').exit).toBe(0);
  });

  test('[SWP2] undo restores the files byte for byte, with their modes, and leaves nothing in keystow', () => {
    write('.docker/config.json', files['.docker/config.json'], 0o640);
    sandbox.run('keystow sweep --move --yes');
    expect(readAll()).not.toEqual(files);
    expect(sandbox.run('keystow sweep --undo --yes').exit).toBe(0);
    expect(readAll()).toEqual(files);
    expect(statSync(join(sandbox.home, '.docker/config.json')).mode & 0o777).toBe(0o640);
    expect(sandbox.run('keystow list').stdout).toBe('');
    expect(sandbox.run('keystow sweep --undo --yes')).toMatchObject({
      exit: 0,
      stderr: 'keystow: nothing to take back: no move is recorded\n',
    });
  });

  test('[SWP3] undo keeps later edits, and leaves a file alone if it was edited at the same place', () => {
    sandbox.run('keystow sweep --move git --yes');
    write('.git-credentials', `${read('.git-credentials')}# added\n`);
    write('.gitconfig', `${read('.gitconfig')}[alias]\n\tst = status\n`);
    expect(sandbox.run('keystow sweep --undo --yes').stdout).toContain('and kept your edits');
    expect(read('.git-credentials').split('\n').sort()).toEqual(
      [...files['.git-credentials'].split('\n'), '# added'].sort(),
    );
    expect(read('.gitconfig')).toBe(`${files['.gitconfig']}[alias]\n\tst = status\n`);

    write('.docker/config.json', files['.docker/config.json']);
    sandbox.run('keystow sweep --move docker --yes');
    const edited = read('.docker/config.json').replace('"ghcr.example": {}', '"ghcr.example": {"email": "a"}');
    write('.docker/config.json', edited);
    expect(sandbox.run('keystow sweep --undo --yes')).toMatchObject({ exit: 1 });
    expect(read('.docker/config.json')).toBe(edited);
    expect(sandbox.run('printf ghcr.example | docker-credential-keystow get').stdout).toContain(other);
  });

  test('[SWP4] a different secret under the same name is a conflict: neither of them changes', () => {
    sandbox.run(`printf another | keystow set git-credential:https://github.example alice`);
    const { exit, stdout } = sandbox.run('keystow sweep --move git --yes');
    expect(exit).toBe(1);
    expect(stdout).toContain('keystow has another secret for it: git-credential:https://github.example alice\n');
    expect(readAll()).toEqual(files);
    expect(sandbox.run('keystow get git-credential:https://github.example alice').stdout).toBe('another');
  });

  test('[SWP15] if a login stays in the file, docker asks keystow only for the registries whose login was moved', () => {
    const left = Buffer.from(`bob:${secret}`).toString('base64');
    const auths = { 'ghcr.example': { auth }, 'quay.example': { auth: left } };
    write('.docker/config.json', JSON.stringify({ auths }));
    sandbox.run('printf another | keystow set docker-credential:quay.example bob');
    expect(sandbox.run('keystow sweep --move docker --yes').exit).toBe(1);
    expect(JSON.parse(read('.docker/config.json'))).toEqual({
      auths: { 'ghcr.example': {}, 'quay.example': { auth: left } },
      credHelpers: { 'ghcr.example': 'keystow' },
    });
    sandbox.run('keystow sweep --undo --yes');
    expect(read('.docker/config.json')).toBe(JSON.stringify({ auths }));
  });

  test('[SWP5] the same secret is not stored again, and undo keeps it', () => {
    sandbox.run(`printf ${secret} | keystow set git-credential:https://github.example alice`);
    expect(sandbox.run('keystow sweep --move git --yes').exit).toBe(0);
    expect(read('.git-credentials')).toBe('# mine\n');
    sandbox.run('keystow sweep --undo --yes');
    expect(readAll()).toEqual(files);
    expect(sandbox.run('keystow list').stdout).toBe('git-credential:https://github.example\talice\n');
  });

  test('[SWP6] if the tool does not get its credential from keystow, everything is as before', () => {
    // The helper is found, and doesn't answer.
    write('bin/git-credential-keystow', '#!/bin/sh\nexit 0\n', 0o755);
    const { exit, stderr } = sandbox.run('keystow sweep --move git --yes');
    expect(stderr).toContain('was stored, but git credential fill does not return it');
    expect(exit).toBe(1);
    expect(readAll()).toEqual(files);
    expect(sandbox.run('keystow list').stdout).toBe('');
    expect(sandbox.run(ask).stdout).toContain(`password=${secret}\n`);
  });

  test('[SWP7] a dry run and a question that nobody answers change nothing', () => {
    expect(sandbox.run('keystow sweep --move --dry-run')).toMatchObject({ exit: 1 });
    expect(sandbox.run('keystow sweep --move')).toMatchObject({ exit: 2 });
    expect(readAll()).toEqual(files);
    expect(sandbox.run('keystow list').stdout).toBe('');
  });

  test('[SWP8] a second move of the same file adds to the first, and one undo takes both back', () => {
    sandbox.run('keystow sweep --move git --yes');
    const added = `https://bob:${other}@gitlab.example\n`;
    write('.git-credentials', `${read('.git-credentials')}${added}`);
    expect(sandbox.run('keystow sweep --move git --yes').exit).toBe(0);
    expect(read('.git-credentials')).toBe('# mine\n');
    sandbox.run('keystow sweep --undo --yes');
    expect(read('.git-credentials').split('\n').sort()).toEqual(
      `${files['.git-credentials']}${added}`.split('\n').sort(),
    );
    expect(read('.gitconfig')).toBe(files['.gitconfig']);
  });

  test('[SWP9] a tool without a helper is left, with what the user can do', () => {
    const { exit, stdout } = sandbox.run('keystow sweep --move npm --yes');
    expect(exit).toBe(1);
    expect(stdout).toContain('leave  line 1, token //r.example/:_authToken: npm cannot ask another program for it\n');
    expect(readAll()).toEqual(files);
  });

  test('[SWP10] forget deletes the records, and the credentials stay in keystow', () => {
    sandbox.run('keystow sweep --move git --yes');
    expect(sandbox.run('keystow sweep --forget --yes').exit).toBe(0);
    expect(sandbox.run('keystow list').stdout).toBe('git-credential:https://github.example\talice\n');
    expect(sandbox.run('keystow sweep --undo --yes').stderr).toContain('nothing to take back');
  });

  test('[SWP11] a file that is a link, or has Windows line endings, is left as it is', () => {
    rmSync(join(sandbox.home, '.docker'), { recursive: true });
    write('dotfiles/config.json', files['.docker/config.json']);
    sandbox.run('mkdir .docker && ln -s ../dotfiles/config.json .docker/config.json');
    write('.git-credentials', files['.git-credentials'].replaceAll('\n', '\r\n'));
    const { exit, stdout } = sandbox.run('keystow sweep --move --exclude npm --yes');
    expect(exit).toBe(1);
    expect(stdout).toContain('the file is a symbolic link\n');
    expect(stdout).toContain('the file has Windows line endings\n');
    expect(stdout).toContain('nothing to move\n');
    expect(read('dotfiles/config.json')).toBe(files['.docker/config.json']);
  });

  test('[SWP12] no output contains a secret, in text or JSON', () => {
    const outputs = ['--move --dry-run', '--move --dry-run --json', '--move --json --yes', '--undo --json --yes'].map(
      (options) => sandbox.run(`keystow sweep ${options}`),
    );
    for (const { stdout, stderr } of outputs) {
      expect(stdout + stderr).not.toContain(secret.slice(0, 5));
      expect(stdout + stderr).not.toContain(other.slice(0, 5));
      expect(stdout + stderr).not.toContain(auth.slice(0, 6));
    }
    for (const { stdout } of outputs.slice(1)) expect(() => JSON.parse(stdout)).not.toThrow();
  });

  test('[SWP51] of two moves at the same time, one moves, the other finds it done, and the tools work', async () => {
    const command = 'keystow sweep --move --exclude npm --yes';
    const both = await Promise.all([sandbox.begin(command).end, sandbox.begin(command).end]);
    for (const { exit, stderr } of both) expect({ exit, stderr }).toEqual({ exit: 0, stderr: expect.any(String) });
    expect(findInHome(secret, other, auth)).toBe(`${join(sandbox.home, '.npmrc')}\n`);
    expect(sandbox.run(ask).stdout).toContain(`password=${secret}\n`);
    expect(sandbox.run('printf ghcr.example | docker-credential-keystow get').stdout).toContain(other);
    sandbox.run('keystow sweep --undo --yes');
    expect(readAll()).toEqual(files);
    expect(sandbox.run('keystow list').stdout).toBe('');
  });

  test('[SWP52] a file whose move fails takes nothing away from one that was moved before it', () => {
    write('.config/git/credentials', `https://bob:${other}@refused.example\n`);
    // An empty helper removes those before it, keystow's among them.
    const refusing = `${files['.gitconfig']}[credential "https://refused.example"]\n\thelper =\n\thelper = "!echo password=wrong"\n`;
    write('.gitconfig', refusing);
    expect(sandbox.run('keystow sweep --move git --yes').exit).toBe(1);
    expect(read('.config/git/credentials')).toContain(other);
    expect(read('.git-credentials')).toBe('# mine\n');
    expect(sandbox.run(ask).stdout).toContain(`password=${secret}\n`);
    sandbox.run('keystow sweep --undo --yes');
    expect(read('.gitconfig')).toBe(refusing);
    expect(read('.git-credentials')).toBe(files['.git-credentials']);
    expect(sandbox.run('keystow list').stdout).toBe('');
  });

  test('[SWP53] taking back one file leaves what another one needs: the setup and a credential of both', () => {
    const both = `https://alice:${secret}@github.example\n`;
    write('.config/git/credentials', `${both}https://bob:${other}@gitlab.example\n`);
    expect(sandbox.run('keystow sweep --move git --yes').exit).toBe(0);
    expect(sandbox.run('keystow sweep --undo ~/.git-credentials --yes').exit).toBe(0);
    expect(read('.git-credentials')).toBe(files['.git-credentials']);
    expect(sandbox.run(ask.replaceAll('github', 'gitlab').replace('alice', 'bob')).stdout).toContain(
      `password=${other}\n`,
    );
    expect(sandbox.run(ask).stdout).toContain(`password=${secret}\n`);
    sandbox.run('keystow sweep --undo --yes');
    expect(read('.config/git/credentials')).toBe(`${both}https://bob:${other}@gitlab.example\n`);
    expect(readAll()).toEqual(files);
    expect(sandbox.run('keystow list').stdout).toBe('');
  });

  test('[SWP54] the same login twice moves once, and of two for one user, the first moves and undo leaves nothing', () => {
    const line = `https://alice:${secret}@github.example\n`;
    const text = `${line}${line}https://alice:${other}@github.example\n`;
    write('.git-credentials', text);
    expect(sandbox.run('keystow sweep --move git --yes').exit).toBe(1);
    expect(read('.git-credentials')).toBe(`https://alice:${other}@github.example\n`);
    const { stderr } = sandbox.run('keystow sweep --undo --yes');
    expect(stderr).not.toContain('kept');
    expect(read('.git-credentials')).toBe(text);
    expect(sandbox.run('keystow list').stdout).toBe('');
  });

  test('[SWP55] of two users of a host, git gets the one that its file has first', () => {
    write('.git-credentials', `https://first:${secret}@github.example\nhttps://second:${other}@github.example\n`);
    expect(sandbox.run('keystow sweep --move git --yes').exit).toBe(0);
    expect(sandbox.run(ask.replace('username=alice\\n', '')).stdout).toContain('username=first\n');
  });

  test('[SWP56] where a tool asks for no account, another account is a conflict, in keystow or in another file', () => {
    const dave = Buffer.from(`dave:${secret}`).toString('base64');
    const podman = JSON.stringify({ auths: { 'ghcr.example': { auth: dave } } });
    write('.config/containers/auth.json', podman);
    const { exit, stdout } = sandbox.run('keystow sweep --move --exclude npm,git --yes');
    expect(stdout).toContain('keystow has another secret for it: docker-credential:ghcr.example alice\n');
    expect(exit).toBe(1);
    expect(read('.config/containers/auth.json')).toBe(podman);
    expect(sandbox.run('printf ghcr.example | docker-credential-keystow get').stdout).toContain(other);
    expect(sandbox.run('keystow sweep --move podman --yes').exit).toBe(1);
    expect(read('.config/containers/auth.json')).toBe(podman);
  });

  test('[SWP57] git reads a file again that alone is taken back, and asks keystow for what others had', () => {
    write('.config/git/credentials', `https://bob:${other}@gitlab.example\n`);
    sandbox.run('keystow sweep --move git --yes');
    expect(sandbox.run('keystow sweep --undo ~/.git-credentials --yes').exit).toBe(0);
    expect(sandbox.run(ask).stdout).toContain(`password=${secret}\n`);
    const askOther = ask.replaceAll('github', 'gitlab').replace('alice', 'bob');
    expect(sandbox.run(askOther).stdout).toContain(`password=${other}\n`);
    expect(sandbox.run('keystow sweep --undo ~/.config/git/credentials --yes').exit).toBe(0);
    expect(readAll()).toEqual(files);
    expect(sandbox.run('keystow list').stdout).toBe('');
  });
});
