import { describe, expect, test } from 'vitest';
import type { Machine, SetupInput, ToolExecutable, ToolId, ToolPlan } from '../../src/domain/setup/setup-tool.ts';
import { formatExport } from '../../src/domain/setup/setup-tool.ts';
import { findTool, setupTools } from '../../src/domain/setup/tools.ts';
import { machine, readConfig, toolInput } from './tool-input.ts';

/** What a tool plans for a configuration, and the text that it becomes. */
function plan(
  id: ToolId,
  text?: string,
  { target, ...change }: Partial<SetupInput> = {},
): ToolPlan & { text?: string | undefined } {
  const input = { ...toolInput(id, target, text), ...change };
  return { ...findTool(id).plan(input), text: readConfig(id, input) };
}

const offPath = (name: string): ToolExecutable => ({ name, path: `/opt/k/${name}`, isOnPath: false });
const locate = (id: ToolId, environment: Machine['environment'], change: Partial<Machine> = {}, target?: string) =>
  findTool(id).locate({ ...machine, environment, ...change }, target);
const windows: Partial<Machine> = { platform: 'win32', home: 'C:\\u', separators: { path: '\\', list: ';' } };

test('every tool is in the list under its id, with a title and the commands that show that it is installed', () => {
  for (const tool of setupTools) {
    expect(findTool(tool.id)).toBe(tool);
    expect(tool.title).not.toBe('');
    expect(tool.commands.every((command) => /^[a-z0-9.-]+$/.test(command)) && tool.commands.length > 0).toBe(true);
  }
});

describe('the files of a tool', () => {
  test.each<[ToolId, Machine['environment'], readonly string[]]>([
    ['git', {}, ['/home/a/.gitconfig', '/home/a/.config/git/config', '/home/a/.gitconfig']],
    ['git', { XDG_CONFIG_HOME: '/x' }, ['/home/a/.gitconfig', '/x/git/config', '/home/a/.gitconfig']],
    ['git', { XDG_CONFIG_HOME: 'x' }, ['/home/a/.gitconfig', '/home/a/.config/git/config', '/home/a/.gitconfig']],
    ['git', { GIT_CONFIG_GLOBAL: '/g' }, ['/g']],
    ['kubectl', {}, ['/home/a/.kube/config']],
    ['kubectl', { KUBECONFIG: ':/a::/b:' }, ['/a', '/b']],
    ['terraform', {}, ['/home/a/.terraformrc', '/home/a/.terraform.d/plugins/terraform-credentials-keystow']],
    ['terraform', { TF_CLI_CONFIG_FILE: '/t', TERRAFORM_CONFIG: '/u' }, ['/t', expect.any(String)]],
    ['terraform', { TERRAFORM_CONFIG: '/u' }, ['/u', expect.any(String)]],
    ['ansible', {}, ['/home/a/.ansible.cfg']],
    ['ansible', { ANSIBLE_CONFIG: '/a' }, ['/a']],
    ['askpass', {}, []],
  ])('%s with %j', (id, environment, expected) => {
    expect(locate(id, environment)).toEqual(expected);
  });

  test('of terraform, on Windows', () => {
    expect(locate('terraform', { APPDATA: 'C:\\d' }, windows)).toEqual([
      'C:\\d\\terraform.rc',
      'C:\\d\\terraform.d\\plugins\\terraform-credentials-keystow.cmd',
    ]);
    expect(locate('terraform', {}, windows)[0]).toBe('C:\\u\\.terraformrc');
    expect(locate('terraform', { APPDATA: '/d' })[0]).toBe('/home/a/.terraformrc');
  });
});

describe('terraform', () => {
  const helper = '/home/a/.terraform.d/plugins/terraform-credentials-keystow';

  test('gets a block and a script; the plan lists another helper and the tokens in the file', () => {
    const before = 'credentials "h.example" {\n  token = "x"\n}\ncredentials_helper "other" {\n  args = []\n} # c\n';
    expect(plan('terraform', before)).toMatchObject({
      state: 'other-helper',
      changes: [
        { kind: 'script', path: helper, text: expect.stringContaining('/usr/bin/terraform-credentials-keystow') },
        {},
      ],
      others: ['terraform has one helper at most, so other becomes a comment'],
      notes: ['terraform uses the token of h.example in /home/a/.terraformrc before keystow'],
      text: expect.stringMatching(
        /# turned off by keystow setup: credentials_helper "other"[\s\S]*\ncredentials_helper "keystow" \{\}\n$/,
      ),
    });
    const none = plan('terraform', 'plugin_cache_dir = "x"\n');
    expect(none).toMatchObject({ state: 'not-set-up', others: [], notes: [] });
    expect(none.text).toBe('plugin_cache_dir = "x"\ncredentials_helper "keystow" {}\n');
  });

  test('needs its script as well', () => {
    const { changes } = plan('terraform', '');
    const script = changes.flatMap((change) => (change.kind === 'script' ? [change.text] : []))[0];
    const block = 'credentials_helper "keystow" {}\n';
    const files = (text: string | undefined) =>
      new Map([
        ['/home/a/.terraformrc', block],
        [helper, text],
      ]);
    expect(plan('terraform', block, { files: files(script) })).toMatchObject({ state: 'set-up', changes: [] });
    expect(plan('terraform', block, { files: files(undefined) })).toMatchObject({
      state: 'not-set-up',
      changes: [{ kind: 'script', path: helper, text: script }],
    });
    // Another program is at its place.
    expect(plan('terraform', block, { files: files('#!/bin/sh\necho\n') })).toMatchObject({ state: 'set-up' });
  });

  test.each([
    ['{ "credentials": {} }', 'JSON'],
    ['\n {}', 'JSON'],
    ['a = "b" credentials_helper "x" {}\n', 'something else'],
    ['credentials_helper "x" {} a = "b"\n', 'something else'],
  ])('leaves %j alone', (text, why) => {
    expect(() => plan('terraform', text)).toThrow(
      expect.objectContaining({ message: expect.stringContaining(why), hint: expect.any(String) }),
    );
  });

  test.each([' # c', ' // c', '', ' \t'])('turns a block into comments, with %j behind it', (behind) => {
    expect(plan('terraform', `  credentials_helper "x" {\n  }${behind}\n`).text).toMatch(
      /^# turned off [\s\S]*\n# turned off /,
    );
  });

  test('loses its own block only', () => {
    const text = 'a = "b"\ncredentials_helper "keystow" {\n}\ncredentials_helper "x" {}\n';
    const edits = findTool('terraform').unset(text, toolInput('terraform', undefined, text));
    expect(edits.map(({ removed }) => removed)).toEqual(['credentials_helper "keystow" {\n}\n']);
  });
});

describe('git', () => {
  test('keeps other helpers, and says what they do', () => {
    const text = '[credential]\n\thelper = store\n\thelper = "!f --token s3cret"\n';
    const { state, others } = plan('git', text);
    expect(state).toBe('other-helper');
    expect(others).toEqual([
      expect.stringMatching(
        /helper store, which goes on to write every password to a file in plain text; .*--unset-all credential.helper/,
      ),
      'git also has the helper !f, which it asks after keystow, and which also stores new passwords',
    ]);
    expect(others.join()).not.toContain('s3cret');
  });

  test('says for which hosts it is not asked', () => {
    const text = ['https://a', 'https://b', 'https://a']
      .map((host) => `[credential "${host}"]\n\thelper =\n\thelper = x\n[credentials "c"]\n\thelper =\n`)
      .join('');
    expect(plan('git', text).notes).toEqual([
      'git uses only the helper of its own section for https://a',
      'git uses only the helper of its own section for https://b',
    ]);
    expect(plan('git', '[credential "https://a"]\n\thelper = x\n\tusername =\n').notes).toEqual([]);
  });

  test('leaves a file alone whose last value is not complete', () => {
    expect(() => plan('git', '[user]\n\tname = a\\\n')).toThrow('continues on a line that is missing');
  });
});

describe('cargo', () => {
  test('says which other provider it asks later, or not any more', () => {
    const all = '[registry]\nglobal-credential-providers = ["cargo:token", "cargo:libsecret x"]\n';
    expect(plan('cargo', all)).toMatchObject({
      state: 'other-helper',
      others: ['cargo also has the provider cargo:libsecret, which it asks after keystow'],
    });
    const one = '[registries.r]\ncredential-provider = "/opt/x --token s3cret"\n';
    expect(plan('cargo', one, { target: 'r' })).toMatchObject({
      state: 'other-helper',
      others: ['cargo asks keystow instead of /opt/x for r; that setting becomes a comment'],
    });
    expect(plan('cargo', '[registry]\nglobal-credential-providers = ["cargo:token"]\n').state).toBe('not-set-up');
  });

  test('cannot run a program whose path contains a blank', () => {
    const findExecutable = (name: string) => ({ ...offPath(name), path: `/o k/${name}` });
    expect(() => plan('cargo', '', { findExecutable })).toThrow(
      expect.objectContaining({
        code: 'file-refused',
        message: expect.stringContaining('blank'),
        hint: expect.any(String),
      }),
    );
    expect(plan('cargo', '', { findExecutable: offPath }).text).toContain('"/opt/k/cargo-credential-keystow"');
  });
});

describe('kubectl', () => {
  const config = (user: string, context = 'current-context: c\n') =>
    `${context}contexts:\n- name: c\n  context:\n    user: u\nusers:\n- name: u\n  user:${user}\n`;

  test('takes the user of the current context, from whichever files have them', () => {
    expect(plan('kubectl', config(' {}')).text).toContain('      - u\n');
    const files = new Map([
      ['/a', 'current-context: c\n'],
      ['/b', undefined],
      ['/c', config(' {}', '')],
    ]);
    const split = { ...machine, environment: { KUBECONFIG: '/a:/b:/c' } };
    expect(plan('kubectl', undefined, { machine: split, files }).changes).toMatchObject([{ kind: 'edit', path: '/c' }]);
  });

  test('lists the plugin that it replaces, and the fields that are stronger', () => {
    expect(plan('kubectl', config('\n    exec:\n      command: aws\n    token: s3cret\n    as: x'))).toMatchObject({
      state: 'other-helper',
      others: [
        'the user u has the exec plugin aws, which becomes a comment',
        'kubectl uses token of the user u before keystow, until it is removed',
      ],
    });
    expect(plan('kubectl', config('\n    exec:\n      args: []')).others).toEqual([
      'the user u has the exec plugin without a command, which becomes a comment',
    ]);
    expect(plan('kubectl', config('\n    as: x'))).toMatchObject({ state: 'not-set-up', others: [], notes: [] });
  });

  test.each([
    ['without a current context', config(' {}', ''), undefined, 'no current context'],
    ['without the user', config(' {}'), 'v', 'has no user v'],
    ['with a user that is only a name', 'users:\n- name: u\n', 'u', 'in a way that keystow does not edit'],
    ['with a plugin in braces', config(' {exec: {}}'), 'u', 'in a way that keystow does not edit'],
  ])('leaves a kubeconfig alone %s', (_, text, target, why) => {
    expect(() => plan('kubectl', text, { target })).toThrow(
      expect.objectContaining({ message: expect.stringContaining(why), hint: expect.stringContaining('k') }),
    );
  });

  test('quotes what YAML would read as something else', () => {
    const text = (name: string) => plan('kubectl', `users:\n- name: "${name}"\n  user: {}\n`, { target: name }).text;
    for (const name of ['yes', '1', 'a b', 'null', 'a:']) expect(text(name)).toContain(`      - "${name}"\n`);
    for (const name of ['yesterday', 'a/b', 'a.b-c']) expect(text(name)).toContain(`      - ${name}\n`);
  });
});

describe('ansible', () => {
  test('keeps other vault ids, and says that they stay', () => {
    const text = '[defaults]\nvault_identity_list = dev@/x, prod@~/y\n';
    const { others, text: changed } = plan('ansible', text);
    expect(others).toEqual([
      'ansible also has the vault ID dev, which stays',
      'ansible also has the vault ID prod, which stays',
    ]);
    expect(changed).toBe('[defaults]\nvault_identity_list = dev@/x, prod@~/y, default@/usr/bin/keystow-vault-client\n');
    const unset = findTool('ansible').unset(changed ?? '', toolInput('ansible', undefined, changed));
    expect(unset).toMatchObject([{ inserted: 'dev@/x, prod@~/y' }]);
    expect(findTool('ansible').unset(text, toolInput('ansible', undefined, text))).toEqual([]);
    expect(findTool('ansible').unset('', toolInput('ansible', undefined, ''))).toEqual([]);
  });

  test('says that a program is not on PATH, and which file comes first', () => {
    expect(plan('ansible', '', { findExecutable: offPath }).notes).toEqual([
      'keystow-vault-client is not on PATH; it is /opt/k/keystow-vault-client',
      'an ansible.cfg in the current folder is used instead of this file',
    ]);
    expect(plan('ansible', '').notes).toHaveLength(1);
  });
});

describe('askpass', () => {
  const program = '/usr/bin/keystow-askpass';
  const all = { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: 'force', SUDO_ASKPASS: program };
  const ask = (environment: Machine['environment']) =>
    plan('askpass', undefined, { machine: { ...machine, environment } });

  test('only needs variables, and nothing if they are set', () => {
    expect(ask({})).toMatchObject({
      state: 'not-set-up',
      changes: [],
      variables: Object.entries(all).map(([name, value]) => ({ name, value })),
    });
    expect(ask({ ...all, SUDO_ASKPASS: '/x' })).toMatchObject({
      variables: [{ name: 'SUDO_ASKPASS', value: program }],
    });
    expect(ask(all)).toMatchObject({ state: 'set-up', changes: [] });
    expect(findTool('askpass').unset('x', toolInput('askpass', undefined))).toEqual([]);
  });
});

test('a variable is exported as a shell reads it, in front of its old value if it is a list', () => {
  expect(formatExport({ name: 'A', value: "/it's" })).toBe(`export A='/it'\\''s'`);
  expect(formatExport({ name: 'PATH', value: '/a', isPrefix: true })).toBe('export PATH=/a:"$PATH"');
});
