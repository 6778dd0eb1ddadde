import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ToolId } from '../../src/domain/setup/setup-tool.ts';
import { fastOrSlow } from '../support/fast-or-slow.ts';
import { needs } from '../support/needs.ts';
import { askPython, hasTomllib } from '../support/python-parsers.ts';
import { restores } from './tool-input.ts';

interface Sample {
  readonly tool: ToolId;
  readonly target?: string;
  /** Lines that configurations are made of, valid or not. */
  readonly lines: readonly string[];
  /** What each text starts with. */
  readonly start?: string;
}

const iniLines = [
  '',
  '# note',
  '; [default]',
  '[other]',
  'a = b',
  'a: b',
  '  continued',
  'no equals',
  'key =',
  '\tindented = x',
];
const tomlLines = [
  '',
  '# note [registry]',
  'a = 1',
  'b = "x" # y',
  "c = 'it # is'",
  '[other]',
  '[[items]]',
  'd = [1,',
  '  "two", # three',
  ']',
  'e = { f = 1, g = "h" }',
  'm = """',
  '[registry]',
  '"""',
  'date = 1979-05-27 07:32:00Z',
  'broken = ',
];

const samples: readonly Sample[] = [
  {
    tool: 'aws',
    lines: [
      ...iniLines,
      '[default]',
      '[profile work]',
      'region = x',
      'credential_process = /opt/other --secret x',
      's3 =',
      '  max = 1',
    ],
  },
  { tool: 'aws', target: 'my work', lines: [...iniLines, '[profile "my work"]', 'credential_process=x', 'region = x'] },
  {
    tool: 'cargo',
    lines: [
      ...tomlLines,
      '[registry]',
      'global-credential-providers = ["cargo:token"]',
      'global-credential-providers = [',
      'registry.default = "x"',
      'registry = { default = "x" }',
    ],
  },
  {
    tool: 'cargo',
    target: 'my-reg',
    lines: [
      ...tomlLines,
      '[registries.my-reg]',
      '[registries]',
      'credential-provider = "cargo:token"',
      'credential-provider = ["a",',
      'my-reg = { index = "x" }',
      'my-reg.index = "x"',
    ],
  },
  { tool: 'uv', lines: [...tomlLines, 'keyring-provider = "disabled"', 'keyring-provider = "subprocess"', '[pip]'] },
  { tool: 'podman', lines: [...tomlLines, 'credential-helpers = ["secretservice"]', 'credential-helpers = []'] },
  {
    tool: 'codex',
    target: 'corp',
    start: '[model_providers.corp]\n',
    lines: [
      ...tomlLines,
      'env_key = "X"',
      '[model_providers.corp.auth]',
      'command = "other"',
      'args = ["a",',
      '[model_providers.other]',
    ],
  },
  {
    tool: 'pip',
    lines: [...iniLines, '[global]', 'index-url = https://x', 'keyring-provider = import', 'keyring_provider = auto'],
  },
  {
    tool: 'ansible',
    lines: [
      ...iniLines,
      '[defaults]',
      'vault_identity_list = dev@~/x, prod@prompt ; both',
      'vault_identity_list =',
      'forks = 5',
    ],
  },
  {
    tool: 'pnpm',
    target: 'https://npm.example/a/',
    lines: [
      '',
      '; note',
      'registry=https://x',
      '//npm.example/a/:tokenHelper=/old',
      '//npm.example/a/:_authToken=x',
      '[section]',
      'flag',
    ],
  },
  {
    tool: 'go',
    lines: [
      '',
      '# note',
      'GOAUTH=netrc',
      'GOAUTH=off',
      'GOAUTH=',
      'GOPROXY=direct',
      'junk',
      'GOAUTH=git /home/a/x;netrc',
    ],
  },
  {
    tool: 'bazel',
    target: '*.example.com',
    lines: [
      '',
      '# note',
      'common --credential_helper=/old',
      'build --credential_helper=*.example.com=/old',
      'build --jobs 4 \\',
      'import x',
    ],
  },
  {
    tool: 'terraform',
    lines: [
      '',
      '# note {',
      '// note }',
      '/* many',
      '*/',
      'plugin_cache_dir = "$HOME/x"',
      'credentials "a.example" {',
      '  token = "x"',
      '}',
      'credentials_helper "other" {',
      'credentials_helper "one" {}',
      '  args = ["{"]',
      'a = <<EOF',
      'EOF',
      'provider_installation { direct {} }',
    ],
  },
  {
    tool: 'kubectl',
    target: 'me',
    start: 'apiVersion: v1\nusers:\n',
    lines: [
      '- name: me\n  user:\n    token: x # note\n    # behind',
      '- name: me\n  user:\n    exec:\n      command: other\n      args:\n      - x\n      # inside\n\n    token: x',
      '- name: me\n  user: {}',
      '- name: me\n  user:',
      '- name: me\n  user: # note\n      as: "x"\n      exec: {command: other}',
      '- name: me\n  user: {token: x, a: "b"}',
      '- {name: me, user: {exec: {command: x}}}',
      '- {"name": "me", "user": {"token": "x"}}',
      '- user:\n      username: a\n      password: |\n        b\n  name: me',
      '- name: you\n  user: {}',
      '- name: other\n  user:\n    exec:\n      command: aws',
      '# note',
      '',
      'contexts: []',
    ],
  },
];

function textsOf({ lines, start = '' }: Sample): fc.Arbitrary<string> {
  const line = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...lines) },
    { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
  );
  return fc
    .tuple(
      fc.constantFrom('', '', '\uFEFF'),
      fc.array(line, { maxLength: 9 }),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
    )
    .map(
      ([mark, lines, end, isClosed]) =>
        mark + start.replaceAll('\n', end) + lines.join('\n').replaceAll('\n', end) + (isClosed ? end : ''),
    );
}

const runs = { numRuns: fastOrSlow(200, 10_000) };

describe('[SET10] any configuration: the undo restores every byte, a second setup changes nothing', () => {
  test.each(samples)('$tool $target', (sample) => {
    let changed = 0;
    fc.assert(
      fc.property(textsOf(sample), (text) => {
        if (restores(sample.tool, sample.target, text) !== undefined) changed += 1;
      }),
      runs,
    );
    // Otherwise the property says nothing.
    expect(changed).toBeGreaterThan(5);
  });
});

/** The settings that a change may touch, which are left out of a comparison. */
function withoutSettings(value: Record<string, unknown>, depth = 0): unknown {
  const settings = [
    'credential_process',
    'global-credential-providers',
    'credential-provider',
    'keyring-provider',
    'keyring_provider',
  ];
  const more = ['credential-helpers', 'auth', 'env_key', 'vault_identity_list'];
  const kept = Object.entries(value).filter(([key]) => ![...settings, ...more].includes(key));
  const mapped = kept.map(([key, item]) => [
    key,
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? withoutSettings(item as Record<string, unknown>, depth + 1)
      : item,
  ]);
  // A table that was added for the setting.
  return Object.fromEntries(mapped.filter(([, item]) => JSON.stringify(item) !== '{}'));
}

const kinds: Partial<Record<ToolId, 'ini' | 'toml'>> = {
  aws: 'ini',
  pip: 'ini',
  ansible: 'ini',
  cargo: 'toml',
  uv: 'toml',
  podman: 'toml',
  codex: 'toml',
};

describe(
  '[SET12] the parser that the client has reads everything else as before',
  needs(hasTomllib, 'Python 3.11'),
  () => {
    test.each(samples.filter(({ tool }) => kinds[tool] !== undefined))('$tool $target', (sample) => {
      const kind = kinds[sample.tool] ?? 'ini';
      const changes = fc
        .sample(textsOf(sample), runs.numRuns)
        .map((text) => [text, restores(sample.tool, sample.target, text)] as const);
      const before = askPython(
        kind,
        changes.map(([text]) => text),
      );
      const after = askPython(
        kind,
        changes.map(([text, changed]) => changed ?? text),
      );
      for (const [index, [text, changed]] of changes.entries()) {
        if (changed === undefined) continue;
        const [old, now] = [before[index], after[index]];
        expect(now === null, text).toBe(old === null);
        if (old && now) expect(withoutSettings(now), text).toEqual(withoutSettings(old));
        if (kind === 'ini') expect(old, text).not.toBeNull();
      }
    });
  },
);

const json = fc.oneof(
  fc.json(),
  fc
    .record(
      {
        auths: fc.dictionary(fc.string(), fc.json()),
        credsStore: fc.constantFrom('desktop', 'pass', 'keystow', ''),
        credHelpers: fc.dictionary(fc.constantFrom('ghcr.io', 'quay.io', 'x"y'), fc.constantFrom('gcr', 'keystow')),
        apiKeyHelper: fc.constantFrom('/opt/key.sh', 'echo sk-secret', 'keystow get claude-code api-key'),
      },
      { requiredKeys: [] },
    )
    .chain((value) => fc.constantFrom(0, 2, '\t').map((indent) => JSON.stringify(value, undefined, indent))),
);

const jsonTools: readonly Sample[] = [
  { tool: 'docker', lines: [] },
  { tool: 'docker', target: 'ghcr.io', lines: [] },
  { tool: 'claude', lines: [] },
];

describe('[SET11] any JSON: only the setting changes, and the undo restores every byte', () => {
  test.each(jsonTools)('$tool $target', ({ tool, target }) => {
    fc.assert(
      fc.property(json, fc.constantFrom('', '\n', '\r\n', ' '), (value, end) => {
        const text = value.replaceAll('\n', end === '\r\n' ? end : '\n') + end;
        const changed = restores(tool, target, text);
        if (changed === undefined) return;
        const before = JSON.parse(text);
        const after = JSON.parse(changed);
        if (tool === 'claude')
          expect(after).toEqual({ ...before, apiKeyHelper: 'keystow helper token claude-code api-key' });
        else if (target === undefined) expect(after).toEqual({ ...before, credsStore: 'keystow' });
        else expect(after).toEqual({ ...before, credHelpers: { ...before.credHelpers, [target]: 'keystow' } });
      }),
      runs,
    );
  });
});
