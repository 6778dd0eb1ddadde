// biome-ignore-all lint/suspicious/noTemplateCurlyInString: what configuration files have for variables
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { locateFile } from '../../src/app/sweep/sweep.ts';
import { isFault } from '../../src/domain/formats/leaf.ts';
import { findEncodingProblem, findTextOddity, getReader, planRemoval } from '../../src/domain/sweep/file-formats.ts';
import { inspectText, isPlaceholder, matchesPath, redact } from '../../src/domain/sweep/finding.ts';
import type { KnownFile, SecretKind } from '../../src/domain/sweep/known-file.ts';
import { tools } from '../../src/domain/sweep/tools.ts';
import { readYaml } from '../support/yaml.ts';

const machine = { environment: {}, platform: 'linux', home: '/home/a', directory: '/work' };

/** The entry of the list for a path in a home directory. */
function findKnown(path: string): KnownFile {
  const known = tools.flatMap(({ files }) => files).find((file) => locateFile(file, machine).includes(path));
  if (known === undefined) throw new Error(`no tool has ${path}`);
  return known;
}

function inspect(path: string, text: string) {
  const known = findKnown(`/home/a/${path}`);
  const result = inspectText(text, getReader(known.format, readYaml), known);
  if (result.status === 'invalid') throw new Error(`line ${result.line}`);
  return result.findings.map(({ line, kind, subject }) => `${line} ${kind}: ${subject}`);
}

const secret = 'Tk4x9qZ2w8vB7nM1kL5j';

/** A file as its tool writes it, and its findings. */
const vectors: readonly (readonly [path: string, text: string, expected: readonly string[]])[] = [
  ['.git-credentials', `https://alice:${secret}@github.com\n`, ['1 password: https://github.com alice']],
  [
    '.gitconfig',
    `[url "https://oauth2:${secret}@gitlab.example/"]\n\tinsteadOf = git@gitlab.example:\n[http]\n\textraHeader = Accept: text/html\n\textraHeader = PRIVATE-TOKEN: ${secret}\n`,
    ['5 Authorization header: http extraheader'],
  ],
  ['.gitconfig', `[remote "o"]\n\turl = https://${secret}@github.com/a\n`, ['2 password in a URL: remote o url']],
  ['.gitconfig', '[remote "o"]\n\turl = https://alice@github.com/a\n\turl = git@github.com:a/b\n', []],
  [
    '.docker/config.json',
    `{"auths":{"r.example":{"auth":"YTpi${secret}","identitytoken":"${secret}"},"moved.example":{}},"credHelpers":{"x":"keystow"}}`,
    ['1 password: auths r.example auth', '1 refresh token: auths r.example identitytoken'],
  ],
  ['.config/containers/auth.json', `{"auths":{"quay.io":{"auth":"${secret}"}}}`, ['1 password: auths quay.io auth']],
  [
    '.aws/credentials',
    `[default]\naws_access_key_id = AKIA2345\naws_secret_access_key = ${secret}\n[p]\naws_session_token=${secret}\n`,
    ['3 secret key: default aws_secret_access_key', '5 token: p aws_session_token'],
  ],
  ['.aws/config', '[profile a]\ncredential_process = keystow helper aws a\ns3 =\n  max = 1\n', []],
  [
    '.kube/config',
    `users:\n- name: admin\n  user:\n    token: ${secret}\n- name: exec\n  user:\n    exec:\n      command: keystow\n`,
    ['4 token: users admin user token'],
  ],
  [
    '.kube/config',
    `{"users": [{"name": "j", "user": {"password": "${secret}"}}]}`,
    ['1 password: users j user password'],
  ],
  [
    '.cargo/credentials.toml',
    `[registry]\ntoken = "${secret}"\n[registries.r]\ntoken = "${secret}"\n`,
    ['2 token: registry token', '4 token: registries r token'],
  ],
  [
    '.terraform.d/credentials.tfrc.json',
    `{"credentials":{"h.example":{"token":"${secret}"}}}`,
    ['1 token: credentials h.example token'],
  ],
  ['.terraformrc', `credentials "h.example" {\n  token = "${secret}"\n}\n`, ['2 token: credentials h.example token']],
  [
    '.config/pip/pip.conf',
    `[global]\nextra-index-url =\n  https://a.example\n  https://u:${secret}@b.example\n`,
    ['4 password in a URL: global extra-index-url'],
  ],
  [
    '.npmrc',
    `//r.example/:_authToken=${secret}\n//s.example/:_authToken=\${TOKEN}\n_auth=${secret}\n`,
    ['1 token: //r.example/:_authToken', '3 password: _auth'],
  ],
  ['.config/pnpm/rc', '//r.example/:tokenHelper=/usr/bin/keystow-token\n', []],
  [
    '.yarnrc.yml',
    `npmScopes:\n  my:\n    npmAuthToken: "${secret}"\nnpmAuthToken: "\${T-}"\n`,
    ['3 token: npmScopes my npmAuthToken'],
  ],
  [
    '.config/gh/hosts.yml',
    `github.com:\n    oauth_token: ${secret}\n    users:\n        alice:\n            oauth_token: ${secret}\n`,
    ['2 token: github.com oauth_token', '5 token: github.com users alice oauth_token'],
  ],
  ['.config/gh/hosts.yml', 'github.com:\n    git_protocol: https\n    users:\n        alice:\n    user: alice\n', []],
  ['.netrc', `machine h.example login a password ${secret}\n`, ['1 password: h.example a']],
  [
    '.pypirc',
    `[distutils]\nindex-servers =\n    pypi\n[pypi]\nusername = __token__\npassword = ${secret}\n`,
    ['6 password: pypi password'],
  ],
  [
    '.config/pypoetry/auth.toml',
    `[http-basic.foo]\nusername = "a"\npassword = "${secret}"\n[pypi-token]\npypi = "${secret}"\n`,
    ['3 password: http-basic foo password', '5 token: pypi-token pypi'],
  ],
  ['.config/composer/auth.json', `{"github-oauth":{"github.com":"${secret}"}}`, ['1 token: github-oauth github.com']],
  ['.gem/credentials', `---\n:rubygems_api_key: ${secret}\n`, ['2 API key: :rubygems_api_key']],
  [
    '.config/gcloud/application_default_credentials.json',
    `{"type":"authorized_user","refresh_token":"${secret}"}`,
    ['1 refresh token: refresh_token'],
  ],
  [
    '.azure/msal_token_cache.json',
    `{"RefreshToken":{"k":{"secret":"${secret}"}}}`,
    ['1 refresh token: RefreshToken k secret'],
  ],
  [
    '.claude/.credentials.json',
    `{"claudeAiOauth":{"accessToken":"${secret}"}}`,
    ['1 token: claudeAiOauth accessToken'],
  ],
  ['.codex/auth.json', `{"OPENAI_API_KEY":"${secret}","tokens":null}`, ['1 API key: OPENAI_API_KEY']],
  ['.vault-token', secret, ['1 token: ']],
  ['.pgpass', `h:5432:*:alice:${secret}\n`, ['1 password: h * alice']],
  ['.my.cnf', `[client]\nuser=a\npassword="${secret}"\nssl\n`, ['3 password: client password']],
  [
    '.config/git/config',
    `[http]\n\tproxy = http://u:${secret}@p.example\n[http "https://h"]\n\tproxy = http://u:${secret}@p.example\n\textraHeader = Authorization: Basic ${secret}\n[remote "o"]\n\tpushurl = https://u:${secret}@h\n\tproxy = http://u:${secret}@p.example\n[sendemail]\n\tsmtpPass = ${secret}\n[imap]\n\tpass = ${secret}\n[sendemail "work"]\n\tsmtpPass = ${secret}\n[github]\n\ttoken = ${secret}\n\toauth-token = ${secret}\n[gitlab]\n\ttoken = ${secret}\n\toauth-token = ${secret}\n`,
    [
      '2 password in a URL: http proxy',
      '4 password in a URL: http https://h proxy',
      '5 Authorization header: http https://h extraheader',
      '7 password in a URL: remote o pushurl',
      '8 password in a URL: remote o proxy',
      '10 password: sendemail smtppass',
      '12 password: imap pass',
      '14 password: sendemail work smtppass',
      '16 token: github token',
      '17 token: github oauth-token',
      '19 token: gitlab token',
      '20 token: gitlab oauth-token',
    ],
  ],
  [
    '.gitconfig',
    `[url "https://h.example/"]\n\tinsteadOf = https://u:${secret}@h.example/\n\tpushInsteadOf = https://u:${secret}@h.example/\n[remote "p"]\n\turl = https://u@h.example/${secret}\n`,
    [
      '2 password in a URL: url https://h.example/ insteadof',
      '3 password in a URL: url https://h.example/ pushinsteadof',
    ],
  ],
  [
    '.docker/config.json',
    JSON.stringify({
      auths: { r: { password: secret, registrytoken: secret } },
      HttpHeaders: { Authorization: `Basic ${secret}`, 'X-Registry-Auth': secret, 'User-Agent': 'Docker' },
      proxies: {
        default: Object.fromEntries(
          ['httpProxy', 'httpsProxy', 'ftpProxy', 'allProxy', 'noProxy'].map((key) => [key, `http://u:${secret}@p`]),
        ),
      },
    }),
    [
      '1 password: auths r password',
      '1 token: auths r registrytoken',
      '1 Authorization header: HttpHeaders Authorization',
      '1 Authorization header: HttpHeaders X-Registry-Auth',
      '1 password in a URL: proxies default httpProxy',
      '1 password in a URL: proxies default httpsProxy',
      '1 password in a URL: proxies default ftpProxy',
      '1 password in a URL: proxies default allProxy',
    ],
  ],
  [
    '.aws/config',
    `[profile a]\naws_secret_access_key = ${secret}\naws_security_token = ${secret}\n`,
    ['2 secret key: profile a aws_secret_access_key', '3 token: profile a aws_security_token'],
  ],
  [
    '.kube/config',
    `clusters:\n- name: c\n  cluster:\n    proxy-url: http://u:${secret}@p.example\nusers:\n- name: a\n  user:\n    client-key-data: ${secret}\n    auth-provider:\n      config:\n        access-token: ${secret}\n        id-token: ${secret}\n        refresh-token: ${secret}\n        client-secret: ${secret}\n`,
    [
      '4 password in a URL: clusters c cluster proxy-url',
      '8 private key: users a user client-key-data',
      '11 token: users a user auth-provider config access-token',
      '12 token: users a user auth-provider config id-token',
      '13 refresh token: users a user auth-provider config refresh-token',
      '14 client secret: users a user auth-provider config client-secret',
    ],
  ],
  [
    '.cargo/credentials',
    `[registry]\nsecret-key = "${secret}"\n[registries.r]\nsecret-key = "${secret}"\n`,
    ['2 private key: registry secret-key', '4 private key: registries r secret-key'],
  ],
  [
    '.pip/pip.conf',
    ['index-url', 'index_url', 'extra_index_url', 'find-links', 'find_links', 'proxy', 'trusted-host']
      .map((key) => `[${key}]\n${key} = https://u:${secret}@h.example\n`)
      .join(''),
    ['index-url', 'index_url', 'extra_index_url', 'find-links', 'find_links', 'proxy'].map(
      (key, index) => `${2 * index + 2} password in a URL: ${key} ${key}`,
    ),
  ],
  [
    '.config/pnpm/auth.ini',
    `_authToken=${secret}\n_password=${secret}\n//r/:_auth=${secret}\n//r/:_password=${secret}\nproxy=http://u:${secret}@p\nhttps-proxy=http://u:${secret}@p\nregistry=https://u:${secret}@r\n//r/:email=a@b\n`,
    [
      '1 token: _authToken',
      '2 password: _password',
      '3 password: //r/:_auth',
      '4 password: //r/:_password',
      '5 password in a URL: proxy',
      '6 password in a URL: https-proxy',
      '7 password in a URL: registry',
    ],
  ],
  [
    '.yarnrc.yml',
    `npmAuthToken: ${secret}\nnpmAuthIdent: "a:${secret}"\nhttpProxy: "http://u:${secret}@p"\nhttpsProxy: "http://u:${secret}@p"\nnpmRegistries:\n  "//r":\n    npmAuthToken: ${secret}\n    npmAuthIdent: "a:${secret}"\nnpmScopes:\n  my:\n    npmAuthIdent: "a:${secret}"\n`,
    [
      '1 token: npmAuthToken',
      '2 password: npmAuthIdent',
      '3 password in a URL: httpProxy',
      '4 password in a URL: httpsProxy',
      '7 token: npmRegistries //r npmAuthToken',
      '8 password: npmRegistries //r npmAuthIdent',
      '11 password: npmScopes my npmAuthIdent',
    ],
  ],
  [
    '.config/glab-cli/config.yml',
    `hosts:\n  gitlab.com:\n    token: ${secret}\n    oauth2_refresh_token: ${secret}\n    user: a\n`,
    ['3 token: hosts gitlab.com token', '4 refresh token: hosts gitlab.com oauth2_refresh_token'],
  ],
  ['.pypirc', `[r]\nrepository = https://u:${secret}@r.example\n`, ['2 password in a URL: r repository']],
  [
    '.local/share/uv/credentials/credentials.toml',
    `[[credential]]\nservice = "h"\nusername = "u"\npassword = "${secret}"\n[[credential]]\ntoken = "${secret}"\n`,
    ['4 password: credential 0 password', '6 token: credential 1 token'],
  ],
  [
    '.config/uv/uv.toml',
    `index-url = "https://u:${secret}@h"\nextra-index-url = "https://u:${secret}@h"\n[[index]]\nname = "i"\nurl = "https://u:${secret}@h"\n`,
    ['1 password in a URL: index-url', '2 password in a URL: extra-index-url', '5 password in a URL: index 0 url'],
  ],
  [
    '.composer/auth.json',
    JSON.stringify({
      'http-basic': { h: { username: 'u', password: secret } },
      'gitlab-oauth': { h: secret, i: { token: secret } },
      'gitlab-token': { h: secret, i: { username: 'u', token: secret } },
      bearer: { h: secret },
      'bitbucket-oauth': { h: { 'consumer-key': 'k', 'consumer-secret': secret, 'access-token': secret } },
    }),
    [
      '1 password: http-basic h password',
      '1 token: gitlab-oauth h',
      '1 token: gitlab-oauth i token',
      '1 token: gitlab-token h',
      '1 token: gitlab-token i token',
      '1 token: bearer h',
      '1 client secret: bitbucket-oauth h consumer-secret',
      '1 token: bitbucket-oauth h access-token',
    ],
  ],
  [
    '.config/gcloud/application_default_credentials.json',
    `{"type":"service_account","private_key":"${secret}"}`,
    ['1 private key: private_key'],
  ],
  ['.azure/msal_token_cache.json', `{"AccessToken":{"k":{"secret":"${secret}"}}}`, ['1 token: AccessToken k secret']],
  [
    '.azure/service_principal_entries.json',
    `[{"client_id":"a","client_secret":"${secret}"}]`,
    ['1 client secret: 0 client_secret'],
  ],
  [
    '.claude/.credentials.json',
    JSON.stringify({
      claudeAiOauth: { refreshToken: secret },
      mcpOAuth: { s: { accessToken: secret, refreshToken: secret } },
    }),
    [
      '1 refresh token: claudeAiOauth refreshToken',
      '1 token: mcpOAuth s accessToken',
      '1 refresh token: mcpOAuth s refreshToken',
    ],
  ],
  ['.claude.json', `{"primaryApiKey":"${secret}"}`, ['1 API key: primaryApiKey']],
  [
    '.claude/settings.json',
    `{"env":{"ANTHROPIC_API_KEY":"${secret}","ANTHROPIC_AUTH_TOKEN":"${secret}","EDITOR":"vi"}}`,
    ['1 API key: env ANTHROPIC_API_KEY', '1 API key: env ANTHROPIC_AUTH_TOKEN'],
  ],
  [
    '.codex/auth.json',
    `{"tokens":{"access_token":"${secret}","id_token":"${secret}","refresh_token":"${secret}"}}`,
    ['1 token: tokens access_token', '1 token: tokens id_token', '1 refresh token: tokens refresh_token'],
  ],
  [
    '.gemini/oauth_creds.json',
    `{"access_token":"${secret}","id_token":"${secret}","refresh_token":"${secret}","scope":"x"}`,
    ['1 token: access_token', '1 token: id_token', '1 refresh token: refresh_token'],
  ],
  ['.cache/huggingface/token', `${secret}\n`, ['1 token: ']],
];

test.each(vectors)('%s: %j', (path, text, expected) => {
  expect(inspect(path, text)).toEqual(expected);
});

/** Every path that a rule such as `a|b c` stands for. */
function listAlternatives(path: string): readonly string[] {
  return path
    .split(' ')
    .map((part) => part.split('|'))
    .reduce<string[]>((starts, names) => starts.flatMap((start) => names.map((name) => `${start} ${name}`)), [''])
    .map((alternative) => alternative.trim());
}

test('every rule of the list finds something in a file above', () => {
  const found = vectors.flatMap(([path, text]) => {
    const { format, secrets } = findKnown(`/home/a/${path}`);
    const inspection = inspectText(text, getReader(format, readYaml), { secrets });
    return inspection.status === 'read' ? inspection.findings.map(({ kind, leaf }) => ({ format, kind, leaf })) : [];
  });
  const isFound = (format: string, kind: string, path: string) =>
    found.some((finding) => finding.format === format && finding.kind === kind && matchesPath(path, finding.leaf.path));
  const unused = tools.flatMap(({ id, files }) =>
    files.flatMap(({ format, secrets }) =>
      secrets.flatMap(({ kind, path }) =>
        listAlternatives(path)
          .filter((alternative) => !isFound(format, kind, alternative))
          .map((alternative) => `${id}: ${alternative}`),
      ),
    ),
  );
  expect(unused).toEqual([]);
});

describe('the list of tools', () => {
  test('says what a user can do about each tool that cannot ask keystow', () => {
    for (const { id, remedy } of tools) {
      if (remedy === undefined) continue;
      expect(remedy, id).toMatch(/\w+ \w+/);
      if (remedy.includes('keystow exec')) {
        expect(remedy, id).toMatch(/keystow exec SERVICE ACCOUNT --env [A-Z_]+ -- \w+/);
      }
    }
  });

  test('leaves a file that two tools read to the one that cannot ask keystow', () => {
    const owners = (path: string) =>
      tools.filter(({ files }) => files.some((file) => file.path === path && !file.isShared)).map(({ id }) => id);
    const paths = tools.flatMap(({ files }) => files.map(({ path }) => path));
    for (const path of paths) expect(owners(path), path).toHaveLength(1);
    expect(owners('{NPM_CONFIG_USERCONFIG:-~/.npmrc}')).toEqual(['npm']);
  });
});

describe('what a report shows of a secret', () => {
  test('at most four characters, at most an eighth, none of a short one, and not the length of one that could be guessed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (secret) => {
        const { start, length } = redact(secret);
        const characters = [...secret];
        expect(secret.startsWith(start)).toBe(true);
        expect([...start].length).toBeLessThanOrEqual(Math.min(4, characters.length / 8));
        if (characters.length < 16) expect(start).toBe('');
        expect(length).toBe(characters.length < 8 ? undefined : characters.length);
      }),
    );
  });

  test('a subject never contains the secret, not even if a key is made of it', () => {
    const keyed = `[url "https://u:${secret}@h.example/"]\n\tinsteadOf = https://a:${secret}@h.example/\n`;
    for (const [path, text] of [...vectors, ['.gitconfig', keyed] as const]) {
      for (const line of inspect(path, text)) expect(line).not.toContain(secret);
    }
  });
});

test.each([
  ...[
    '',
    ' ',
    'xxx',
    'XXXXXXXX',
    '****',
    'changeme',
    'CHANGE_ME',
    'YOUR_TOKEN',
    'your-api-key-here',
    '<token>',
    '[token]',
  ],
  ...['${TOKEN}', '$TOKEN', '%TOKEN%', '{{ token }}', '$(pass show x)', 'Bearer ${TOKEN}', '${{ secrets.TOKEN }}'],
  ...['"changeme"', "'${TOKEN}'", ' " changeme " ', '""', '"', 'x', 'xxx-xxx', '0000 0000', '••••', '...', '-', '__'],
  ...[
    'changeit',
    'fixme',
    'TODO',
    'none',
    'null',
    'undefined',
    'nil',
    'true',
    'FALSE',
    'empty',
    'placeholder',
    'dummy',
  ],
  ...['redacted', 'removed', 'hidden', 'secret', 'passwd', 'token', 'API_KEY', 'foobar', 'replace-me', 'fix me'],
  ...['insert your token here', 'my-secret', 'the password', 'some.key', 'a_token', 'ENTER PASSWORD', 'add-token-here'],
  ...[
    'put key here',
    'paste-here',
    'replace_with_token',
    'yourkey',
    'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLE',
    '<>',
    '[]',
  ],
  ...['<a b>', '[a b]', '{{}}', 'token  $TOKEN', '$(a b)', 'pass+x2.y-z://a/b'],
  ...['op://vault/item/field', 'keystow://github.com/alice', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'password'],
])('%j is a placeholder or a reference', (value) => {
  expect(isPlaceholder(value)).toBe(true);
});

test.each([
  ...[secret, 'pa$$word', 'hunter2', '%41b', 'a$TOKEN', 'correct horse battery staple', 'x7'],
  ...['"changeme', 'x"changeme"', '"changeme"x', '"changeme\'', 'xxxy', 'yxxx', 'changeme!', 'changeme2', 'example2'],
  ...[
    'your-name',
    'xyour-token',
    'your-token1',
    'yourtokens',
    'keyboard',
    '<a>b',
    'a<b>',
    '[a]b',
    'a[b]',
    '<<ab>',
    '[ab[]',
  ],
  ...[
    '<ab',
    'examples',
    '${TOKEN}x',
    '$TOKEN-x',
    'basics $TOKEN',
    '{{ab}',
    'https://u:p@h/x',
    'https://h',
    '1://a/b',
    'a b://c/d',
  ],
  ...['https://h/x@y'],
])('%j is a secret', (value) => {
  expect(isPlaceholder(value)).toBe(false);
});

test('the path of a rule matches keys exactly', () => {
  expect(matchesPath('a * c|d', ['a', 'x', 'd'])).toBe(true);
  expect(matchesPath('a * c|d', ['a', 'x', 'e'])).toBe(false);
  expect(matchesPath('a', ['a', 'b'])).toBe(false);
  expect(matchesPath('**', [])).toBe(true);
});

test.each<[string, readonly number[] | string, string | undefined]>([
  ['nothing', [], undefined],
  ['ASCII', 'plain', undefined],
  ['a byte order mark', [0xff, 0xfe, 0x61], 'utf-16'],
  ['the other byte order mark', [0xfe, 0xff, 0x61], 'utf-16'],
  ['half of a byte order mark', [0xff, 0x61], undefined],
  ['half of the other one', [0xfe, 0x61], undefined],
  ['the second half of one', [0x61, 0xfe], undefined],
  ['the second half of the other one', [0x61, 0xff], undefined],
  ['letters of UTF-16', 't\0o\0k\0e\0n\0', 'utf-16'],
  ['letters of UTF-16, high byte first', '\0t\0o\0k\0e\0n', 'utf-16'],
  ['more than 70 % letters', 'a\0'.repeat(8) + 'ab'.repeat(2), 'utf-16'],
  ['70 % letters', 'a\0'.repeat(7) + 'ab'.repeat(3), 'binary'],
  ['70 % letters, high byte first', '\0a'.repeat(7) + 'ab'.repeat(3), 'binary'],
  ['UTF-16 with a NUL', `${'a\0'.repeat(8)}\0\0`, 'binary'],
  ['UTF-16 with a NUL, high byte first', `${'\0a'.repeat(8)}\0\0`, 'binary'],
  ['one NUL', 'text\0', 'binary'],
  ['one NUL at an odd place', 'text \0', 'binary'],
  ['as many zeros at odd places as at even ones', 'a\0\0b', 'binary'],
])('bytes with %s', (_, bytes, expected) => {
  expect(findEncodingProblem(typeof bytes === 'string' ? Buffer.from(bytes) : Uint8Array.from(bytes))).toBe(expected);
});

test('a byte order mark and carriage returns are odd', () => {
  expect(findTextOddity('\u{feff}a')).toBe('byte-order-mark');
  expect(findTextOddity('a\r\nb')).toBe('carriage-returns');
  expect(findTextOddity('a\nb')).toBeUndefined();
});

test('an empty file has no values, whatever its format', () => {
  for (const { format } of tools.flatMap(({ files }) => files)) {
    for (const text of ['', ' \n\t']) expect(getReader(format, readYaml)(text), format).toEqual([]);
  }
});

test('a file in another format is invalid, with the line', () => {
  expect(inspectText('{\n"a"', getReader('json', readYaml), { secrets: [] })).toEqual({ status: 'invalid', line: 2 });
});

test('nothing is removed if one of the values cannot be removed alone', () => {
  const text = '{"a": "b", "c": ["d"]}';
  const leaves = getReader('json', readYaml)(text);
  if (isFault(leaves)) throw new Error('invalid');
  expect(planRemoval('json', text, leaves)).toBeUndefined();
  expect(planRemoval('json', text, leaves.slice(0, 1))).toHaveLength(1);
  expect(planRemoval('json', text, [])).toEqual([]);
});

describe('the part of a value that is secret', () => {
  /** Each secret as it's written, its length, and its subject. */
  const find = (kind: SecretKind, text: string, path = '**') => {
    const inspection = inspectText(text, getReader('json', readYaml), { secrets: [{ path, kind }] });
    if (inspection.status === 'invalid') throw new Error('invalid');
    return inspection.findings.map(({ range, secret, subject }) => [
      text.slice(range.start, range.end),
      secret.length,
      subject,
    ]);
  };

  test.each([
    ['x', []],
    [`https://u:${secret}@h.example/`, [secret]],
    [`https://:${secret}@h.example/`, [secret]],
    [`https://${secret}@h.example/`, [secret]],
    [`https://${secret.slice(1)}@h.example/`, []],
    [`https://u@h.example/${secret}@x`, []],
    [`https://h.example/u:${secret}@x`, []],
    [`u:${secret}@h.example`, []],
    [`a git+ssh2://u:1${secret}@h b://v:2${secret}@i`, [`1${secret}`, `2${secret}`]],
  ])('in URLs, is each password, or a long text that stands alone: %s', (value, expected) => {
    const found = find('password in a URL', JSON.stringify({ a: value }));
    expect(found.map(([written]) => written)).toEqual(expected);
  });

  test('in a URL, may have escapes of another encoding, and percent signs that encode nothing', () => {
    expect(find('password in a URL', '{"a":"https://u:Tk4x%e9qZ2w8vB@h"}')).toEqual([['Tk4x%e9qZ2w8vB', 14, 'a']]);
    expect(find('password in a URL', '{"a":"https://u:Tk4x%41qZ2%w8vB@h"}')).toEqual([['Tk4x%41qZ2%w8vB', 13, 'a']]);
    expect(find('password in a URL', '{"a":"https://u:Tk4x%41qZ2w8vB@h"}')).toEqual([['Tk4x%41qZ2w8vB', 12, 'a']]);
    expect(find('password', '{"a":"Tk4x%41qZ2\\u0041w8vB"}')).toEqual([['Tk4x%41qZ2\\u0041w8vB', 15, 'a']]);
  });

  test.each([
    [`Authorization: Basic ${secret}`, [secret]],
    [`authorization:bearer  ${secret}`, [secret]],
    [`PRIVATE-TOKEN: ${secret}`, [secret]],
    [`X-Api-Key: ${secret}`, [secret]],
    [`Cookie: a=${secret}`, [`a=${secret}`]],
    [`X-Client-Secret:  ${secret}`, [secret]],
    [`Token ${secret}`, [secret]],
    [`Basics ${secret}`, [`Basics ${secret}`]],
    [secret, [secret]],
    [`Accept: ${secret}`, []],
  ])('in a header, is what follows its name and scheme, unless other headers have that name: %s', (value, expected) => {
    const found = find('Authorization header', JSON.stringify({ a: value }));
    expect(found.map(([written]) => written)).toEqual(expected);
  });

  test('is in no key of its subject', () => {
    const key = `https://u:p@h/${secret}`;
    expect(find('token', JSON.stringify({ 'https://u:p@h/': { [key]: secret, b: secret } }))).toEqual([
      [secret, 20, 'https://h/'],
      [secret, 20, 'https://h/ b'],
    ]);
  });
});

test.each([
  ['1234567', '', undefined],
  ['12345678', '', 8],
  ['123456789012345', '', 15],
  ['1234567890123456', '12', 16],
  ['123456789012345678901234', '123', 24],
  ['1234567890123456789012345678901234567890', '1234', 40],
])('%s is shown as %j and %s characters', (value, start, length) => {
  expect(redact(value)).toEqual({ start, length });
});

describe('where a tool keeps its files', () => {
  const locate = (path: string, environment: Record<string, string>, isList?: true, platform = 'linux') =>
    locateFile({ path, ...(isList && { isList }) }, { ...machine, environment, platform });

  test('a variable that moves a file or its folder counts, and one that is empty does not', () => {
    expect(locate('{DOCKER_CONFIG:-~/.docker}/config.json', { DOCKER_CONFIG: '/d' })).toEqual(['/d/config.json']);
    expect(locate('{DOCKER_CONFIG:-~/.docker}/config.json', { DOCKER_CONFIG: '' })).toEqual([
      '/home/a/.docker/config.json',
    ]);
    expect(locate('{REGISTRY_AUTH_FILE}', {})).toEqual([]);
    expect(locate('{NPM_CONFIG_USERCONFIG:-~/.npmrc}', { npm_config_userconfig: 'n' })).toEqual(['/work/n']);
    expect(locate('{A:-{B:-~/b}/a}/x', { B: '/B' })).toEqual(['/B/a/x']);
    expect(locate('{A:-{B:-~/b}/a}/x', { A: '/A', B: '/B' })).toEqual(['/A/x']);
  });

  test('KUBECONFIG is a list', () => {
    const environment = { KUBECONFIG: '/a:/b' };
    const located = tools.flatMap(({ files }) =>
      files.flatMap((file) => locateFile(file, { ...machine, environment })),
    );
    expect(located).toEqual(expect.arrayContaining(['/a', '/b']));
    expect(locate('{KUBECONFIG:-~/.kube/config}', { KUBECONFIG: '/a:/b:' }, true)).toEqual(['/a', '/b']);
    expect(locate('{KUBECONFIG:-~/.kube/config}', { Kubeconfig: 'C:\\a;C:\\b' }, true, 'win32')).toEqual([
      'C:\\a',
      'C:\\b',
    ]);
  });

  test('without a home directory, only what variables name is looked at', () => {
    const homeless = { ...machine, home: '' };
    expect(tools.flatMap(({ files }) => files.flatMap((file) => locateFile(file, homeless)))).toEqual([]);
  });

  test('every variable of the list is honoured', () => {
    const names = tools.flatMap(({ files }) => files.flatMap(({ path }) => path.match(/[A-Z_]{4,}/g) ?? []));
    expect([...new Set(names)]).toEqual(
      expect.arrayContaining([
        ...['DOCKER_CONFIG', 'KUBECONFIG', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE', 'CARGO_HOME', 'NETRC'],
        ...['NPM_CONFIG_USERCONFIG', 'GH_CONFIG_DIR', 'XDG_CONFIG_HOME', 'TF_CLI_CONFIG_FILE', 'PIP_CONFIG_FILE'],
        ...['REGISTRY_AUTH_FILE', 'GIT_CONFIG_GLOBAL'],
      ]),
    );
  });
});
