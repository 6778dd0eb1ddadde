import { expect, test } from 'vitest';
import { locateFile } from '../../src/app/sweep/sweep.ts';
import { applyEdits } from '../../src/domain/formats/edits.ts';
import { getReader } from '../../src/domain/sweep/file-formats.ts';
import { inspectText } from '../../src/domain/sweep/finding.ts';
import { isSoleAccount, listMovable, planMoveEdits } from '../../src/domain/sweep/movable.ts';
import { tools } from '../../src/domain/sweep/tools.ts';
import { readYaml } from '../support/yaml.ts';

const machine = { environment: {}, platform: 'linux', home: '/h', directory: '/' };
const secret = 'Tk4x9qZ2w8vB7nM1kL5j';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const pem = (kind: string) => `-----BEGIN ${kind}-----\nMIIB\n-----END ${kind}-----\n`;

function move(id: string, path: string, text: string, usesPaths = false) {
  const tool = tools.find((tool) => tool.id === id);
  const known = tool?.files.find((file) => locateFile(file, machine).includes(`/h/${path}`));
  if (known === undefined) throw new Error(`${id} has no ${path}`);
  const inspection = inspectText(text, getReader(known.format, readYaml), known);
  if (inspection.status === 'invalid') throw new Error(`line ${inspection.line}`);
  const registries = new Map([['mine', 'sparse+https://index.example/']]);
  const { format } = known;
  const { leaves, findings } = inspection;
  const credentials = listMovable({
    tool: id,
    format,
    text,
    leaves,
    findings,
    configuration: { usesPaths, registries },
  });
  const edits = planMoveEdits({ format, text }, credentials);
  return {
    names: credentials.map(({ name }) => `${name.service} ${name.account}`),
    secrets: credentials.map((credential) => credential.secret),
    left: findings.filter((finding) => !credentials.some((credential) => credential.findings.includes(finding))).length,
    text: edits && applyEdits(text, edits),
    accepts: (index: number, answer: string) => credentials[index]?.lookup.accepts(answer),
    isSole: credentials.map(isSoleAccount),
    setups: credentials.map(({ setup }) => setup),
    lookups: credentials.map(({ lookup }) => lookup),
  };
}

test('git: under the name that its helper looks for, with the path only if git asks with it', () => {
  const text = `# c\nhttps://al%40x:${secret}%2F@h.example:8443\nhttps://b:${secret}@h.example/repo\n`;
  expect(move('git', '.git-credentials', text)).toMatchObject({
    names: ['git-credential:https://h.example:8443 al@x', 'git-credential:https://h.example b'],
    secrets: [`${secret}/`, secret],
    text: '# c\n',
  });
  expect(move('git', '.git-credentials', text, true).names).toContain('git-credential:https://h.example/repo b');
  const { accepts } = move('git', '.git-credentials', text);
  expect(accepts(1, `protocol=https\nhost=h.example\nusername=b\npassword=${secret}\n`)).toBe(true);
  expect(accepts(1, 'protocol=https\nhost=h.example\nusername=b\npassword=another\n')).toBe(false);
});

test('git: a URL in the configuration is left, because git asks no helper for it', () => {
  const text = `[remote "o"]\n\turl = https://a:${secret}@h.example/r\n`;
  expect(move('git', '.gitconfig', text)).toMatchObject({ names: [], left: 1 });
});

test('docker: the login of each registry, under the name that docker asks for; the key stays, as after a docker login', () => {
  const auths = {
    'https://index.docker.io/v1/': { auth: base64(`alice:${secret}:1`) },
    'https://ghcr.io/v2/': { auth: base64('bob:'), identitytoken: secret, email: 'b@x' },
    'quay.io': { auth: 'not base64' },
    'odd.example': { auth: base64(`c:${secret}`), registrytoken: secret },
  };
  const result = move('docker', '.docker/config.json', JSON.stringify({ auths, x: 1 }));
  expect(result).toMatchObject({
    names: ['docker-credential:https://index.docker.io/v1/ alice', 'docker-credential:ghcr.io <token>'],
    secrets: [`${secret}:1`, secret],
    left: 3,
  });
  expect(JSON.parse(result.text ?? '')).toEqual({
    auths: { ...auths, 'https://index.docker.io/v1/': {}, 'https://ghcr.io/v2/': { email: 'b@x' } },
    x: 1,
  });
  expect(result.accepts(0, JSON.stringify({ ServerURL: 'x', Username: 'alice', Secret: `${secret}:1` }))).toBe(true);
});

test('podman: a login for a repository is left, because helpers only have registries', () => {
  const auths = { 'quay.io': { auth: base64(`a:${secret}`) }, 'quay.io/ns': { auth: base64(`b:${secret}`) } };
  expect(move('podman', '.config/containers/auth.json', JSON.stringify({ auths }))).toMatchObject({
    names: ['docker-credential:quay.io a'],
    left: 1,
  });
});

test('aws: a profile is one credential; a session token makes it the JSON of credential_process', () => {
  const text = `[default]\nregion = x\naws_access_key_id = AKIA1\naws_secret_access_key = ${secret}\n[profile two]\naws_access_key_id = ASIA2\naws_secret_access_key = ${secret}\naws_session_token = t${secret}\n[three]\naws_secret_access_key = ${secret}\n`;
  const result = move('aws', '.aws/config', text);
  expect(result).toMatchObject({
    names: ['aws:default AKIA1', 'aws:two ASIA2'],
    left: 1,
    text: `[default]\nregion = x\n[profile two]\n[three]\naws_secret_access_key = ${secret}\n`,
  });
  expect(result.secrets[0]).toBe(secret);
  expect(JSON.parse(result.secrets[1] ?? '')).toEqual({
    Version: 1,
    AccessKeyId: 'ASIA2',
    SecretAccessKey: secret,
    SessionToken: `t${secret}`,
  });
  expect(result.accepts(0, JSON.stringify({ Version: 1, AccessKeyId: 'AKIA1', SecretAccessKey: secret }))).toBe(true);
  expect(result.accepts(0, '')).toBe(false);
});

test('kubernetes: a token alone, or with a client certificate, which is useless without its key', () => {
  const [cert, key] = [base64(pem('CERTIFICATE')), base64(pem('EC PRIVATE KEY'))];
  const text = [
    'users:',
    `- name: t\n  user:\n    token: ${secret}`,
    `- name: c\n  user:\n    client-certificate-data: ${cert}\n    client-key-data: ${key}`,
    `- name: k\n  user:\n    client-certificate: c.pem\n    client-key-data: ${key}`,
    `- name: f\n  user: {token: ${secret}}`,
    '',
  ].join('\n');
  const result = move('kubernetes', '.kube/config', text);
  expect(result).toMatchObject({ names: ['kubernetes:t token', 'kubernetes:c certificate'], left: 2 });
  expect(JSON.parse(result.secrets[1] ?? '')).toEqual({
    clientCertificateData: pem('CERTIFICATE'),
    clientKeyData: pem('EC PRIVATE KEY'),
  });
  const removed = [`    token: ${secret}\n`, `    client-certificate-data: ${cert}\n    client-key-data: ${key}\n`];
  expect(result.text).toBe(removed.reduce((rest, lines) => rest.replace(lines, ''), text));
});

test('cargo: under the URL of the index that the configuration names', () => {
  const text = `[registry]\ntoken = "${secret}"\n[registries.mine]\ntoken = "${secret}"\n[registries.unknown]\ntoken = "${secret}"\n`;
  expect(move('cargo', '.cargo/credentials.toml', text)).toMatchObject({
    names: ['cargo:https://github.com/rust-lang/crates.io-index token', 'cargo:sparse+https://index.example/ token'],
    left: 1,
    text: `[registry]\n[registries.mine]\n[registries.unknown]\ntoken = "${secret}"\n`,
  });
});

test('terraform: the whole block of a host, because an empty one would hide the helper', () => {
  const json = `{"credentials": {"App.Terraform.io": {"token": "${secret}"}, "b.example:8443": {"token": "${secret}"}}}`;
  expect(move('terraform', '.terraform.d/credentials.tfrc.json', json)).toMatchObject({
    names: ['terraform:app.terraform.io token', 'terraform:b.example:8443 token'],
    text: '{"credentials": {}}',
  });
  const hcl = `a = "b"\ncredentials "h.example" {\n  token = "${secret}"\n}\n`;
  expect(move('terraform', '.terraformrc', hcl)).toMatchObject({
    names: ['terraform:h.example token'],
    text: 'a = "b"\n',
  });
});

test('pip: only the password is taken out of the URL', () => {
  const text = `[global]\nindex-url = https://u%40x:${secret}@h.example:8443/simple\nproxy = http://p:${secret}@proxy\n`;
  expect(move('pip', '.config/pip/pip.conf', text)).toMatchObject({
    names: ['h.example:8443 u@x'],
    secrets: [secret],
    left: 1,
    text: text.replace(`x:${secret}@`, 'x@'),
  });
});

test('pnpm: the token of a registry, for the command that tokenHelper runs', () => {
  const text = `//r.example/npm/:_authToken=${secret}\n_auth=${secret}\n`;
  expect(move('pnpm', '.config/pnpm/rc', text)).toMatchObject({
    names: ['npm:r.example/npm token'],
    left: 1,
    text: `_auth=${secret}\n`,
  });
});

/** For each tool: a file, how it asks for the credential in it, the answer that has it, and answers that don't. */
const questions: readonly (readonly [
  tool: string,
  path: string,
  text: string,
  setup: object,
  lookup: object,
  answer: string,
  others: readonly string[],
])[] = [
  [
    'git',
    '.git-credentials',
    `https://al%40x:${secret}@h.example:8443\n`,
    { tool: 'git' },
    {
      program: 'git',
      isOwn: false,
      args: ['credential', 'fill'],
      input: 'protocol=https\nhost=h.example:8443\nusername=al@x\n\n',
      variables: { GIT_TERMINAL_PROMPT: '0', GIT_ASKPASS: '', SSH_ASKPASS: '' },
    },
    `username=al@x\npassword=${secret}\n`,
    ['', `password=${secret}x\n`, `xpassword=${secret}\n`],
  ],
  [
    'docker',
    '.docker/config.json',
    JSON.stringify({ auths: { 'https://r.example/v1/': { auth: base64(`a:${secret}`) } } }),
    { tool: 'docker', target: 'r.example' },
    { program: 'docker-credential-keystow', isOwn: false, args: ['get'], input: 'r.example', variables: {} },
    JSON.stringify({ ServerURL: 'r.example', Username: 'a', Secret: secret }),
    ['', JSON.stringify({ Username: 'b', Secret: secret }), JSON.stringify({ Username: 'a', Secret: 'x' })],
  ],
  [
    'podman',
    '.config/containers/auth.json',
    JSON.stringify({ auths: { 'r.example': { auth: base64(`a:${secret}`) } } }),
    { tool: 'podman' },
    { program: 'docker-credential-keystow', isOwn: false, args: ['get'], input: 'r.example', variables: {} },
    JSON.stringify({ ServerURL: 'r.example', Username: 'a', Secret: secret }),
    ['null'],
  ],
  [
    'aws',
    '.aws/credentials',
    `[p]\naws_access_key_id = AKIA1\naws_secret_access_key = ${secret}\naws_security_token = t${secret}\n`,
    { tool: 'aws', target: 'p' },
    { program: 'keystow', isOwn: true, args: ['helper', 'aws', 'p'], input: '', variables: {} },
    JSON.stringify({ Version: 1, AccessKeyId: 'AKIA1', SecretAccessKey: secret, SessionToken: `t${secret}` }),
    [JSON.stringify({ Version: 1, AccessKeyId: 'AKIA1', SecretAccessKey: secret }), '[]'],
  ],
  [
    'kubernetes',
    '.kube/config',
    `users:\n- name: u\n  user:\n    token: ${secret}\n`,
    { tool: 'kubectl', target: 'u' },
    {
      program: 'keystow',
      isOwn: true,
      args: ['helper', 'kubernetes', 'u'],
      input: '',
      variables: {
        KUBERNETES_EXEC_INFO:
          '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}}',
      },
    },
    JSON.stringify({ kind: 'ExecCredential', status: { token: secret } }),
    ['', JSON.stringify({ token: secret }), JSON.stringify({ status: { token: 'x' } })],
  ],
  [
    'cargo',
    '.cargo/credentials.toml',
    `[registry]\ntoken = "${secret}"\n`,
    { tool: 'cargo' },
    {
      program: 'cargo-credential-keystow',
      isOwn: true,
      args: ['--cargo-plugin'],
      input: `${JSON.stringify({
        v: 1,
        kind: 'get',
        operation: 'read',
        registry: { 'index-url': 'https://github.com/rust-lang/crates.io-index', name: 'crates-io' },
        args: [],
      })}\n`,
      variables: {},
    },
    `{"v":[1]}\n${JSON.stringify({ Ok: { kind: 'get', token: secret, cache: 'session' } })}\n`,
    [
      '{"v":[1]}\n',
      JSON.stringify({ Err: { kind: 'not-found' } }),
      JSON.stringify({ Ok: { kind: 'x', token: secret } }),
    ],
  ],
  [
    'terraform',
    '.terraform.d/credentials.tfrc.json',
    JSON.stringify({ credentials: { 'h.example:443': { token: secret } } }),
    { tool: 'terraform' },
    { program: 'terraform-credentials-keystow', isOwn: true, args: ['get', 'h.example'], input: '', variables: {} },
    JSON.stringify({ token: secret }),
    ['{}', ''],
  ],
  [
    'pip',
    '.config/pip/pip.conf',
    `[global]\nindex-url = https://u:${secret}@h.example/simple\n`,
    { tool: 'pip' },
    { program: 'keyring', isOwn: false, args: ['get', 'h.example', 'u'], input: '', variables: {} },
    `${secret}\r\n`,
    ['', `${secret}\nx`, ` ${secret}\n`],
  ],
  [
    'pnpm',
    '.config/pnpm/rc',
    `//r.example/npm/:_authToken=${secret}\n`,
    { tool: 'pnpm', target: 'r.example/npm' },
    {
      program: 'keystow',
      isOwn: true,
      args: ['helper', 'token', 'npm:r.example/npm', 'token'],
      input: '',
      variables: {},
    },
    `${secret}\n`,
    ['', `${secret}x`],
  ],
];

test.each(questions)('%s is asked as it asks itself, and only its exact answer counts', (tool, path, text, ...rest) => {
  const [setup, lookup, answer, others] = rest;
  const moved = move(tool, path, text);
  expect(moved.setups).toEqual([setup]);
  expect(moved.left).toBe(0);
  // The others ask for an account.
  expect(moved.isSole).toEqual([['docker', 'podman', 'aws', 'kubernetes'].includes(tool)]);
  expect(moved.lookups).toEqual([{ ...lookup, accepts: expect.any(Function) }]);
  expect(moved.accepts(0, answer)).toBe(true);
  for (const other of others) expect(moved.accepts(0, other), other).toBe(false);
});

test.each([
  ['git', '.git-credentials', `https://a%0Ab:${secret}@h.example\n`],
  ['git', '.git-credentials', `https://a:${secret}@%ff\n`],
  ['git', '.git-credentials', `ssh://a:${secret}@h.example/%ff\n`],
  ['git', '.git-credentials', `ssh://a:${secret}@h.example/%0A\n`],
  ['pip', '.config/pip/pip.conf', `[global]\nindex-url = https://a%00b:${secret}@h.example/\n`],
  ['pip', '.config/pip/pip.conf', `[global]\nindex-url = https://%ff:${secret}@h.example/\n`],
  ['pip', '.config/pip/pip.conf', `[global]\nindex-url = https://a:${secret}%ff@h.example/\n`],
  ['pip', '.config/pip/pip.conf', `[global]\nindex-url = https://a:${secret}@/\n`],
  ['pip', '.config/pip/pip.conf', `[global]\nindex-url = https://:${secret}@h.example/\n`],
  ['pnpm', '.config/pnpm/rc', `x//r.example/:_authToken=${secret}\n`],
  ['pnpm', '.config/pnpm/rc', `//r.example/:_password=${secret}\n`],
  [
    'kubernetes',
    '.kube/config',
    `users:\n- name: u\n  user:\n    client-certificate-data: x\n    client-key-data: ${secret}\n`,
  ],
  ['docker', '.docker/config.json', JSON.stringify({ auths: { r: { auth: base64(`:${secret}`) } } })],
  ['docker', '.docker/config.json', JSON.stringify({ auths: { r: { auth: base64(`a:`) } } })],
  ['docker', '.docker/config.json', JSON.stringify({ auths: { r: { auth: base64(`a${secret}`) } } })],
  [
    'docker',
    '.docker/config.json',
    JSON.stringify({ auths: { r: { auth: Buffer.from('a:\xff\xfe', 'latin1').toString('base64') } } }),
  ],
  ['docker', '.docker/config.json', JSON.stringify({ auths: { r: { auth: base64(`a:${secret}`), username: 'a' } } })],
  ['docker', '.docker/config.json', JSON.stringify({ auths: { 'r/ns': { auth: base64(`a:${secret}`) } } })],
  ['docker', '.docker/config.json', JSON.stringify({ HttpHeaders: { Authorization: secret } })],
  ['docker', '.docker/config.json', JSON.stringify({ auths: { r: { username: 'a', password: secret } } })],
  ['aws', '.aws/credentials', `[p]\naws_access_key_id = A\naws_session_token = ${secret}\n`],
  ['kubernetes', '.kube/config', `users:\n- name: u\n  user:\n    password: ${secret}\n`],
  ['kubernetes', '.kube/config', `users:\n- name: u\n  user: {token: ${secret}}\n`],
  ['cargo', '.cargo/credentials.toml', `[registry]\nsecret-key = "${secret}"\n`],
  ['cargo', '.cargo/credentials.toml', `registry = { token = "${secret}" }\n`],
  ['terraform', '.terraform.d/credentials.tfrc.json', JSON.stringify({ credentials: { 'h/x': { token: secret } } })],
  ['pip', '.config/pip/pip.conf', `[global]\nindex-url = https://${secret}@h.example/\n`],
  ['pnpm', '.config/pnpm/rc', `_authToken=${secret}\n`],
  ['npm', '.npmrc', `//r.example/:_authToken=${secret}\n`],
])('%s has nothing to move in %s: %j', (tool, path, text) => {
  expect(move(tool, path, text)).toMatchObject({ names: [], left: 1, text });
});

test.each([
  ['https://index.docker.io/v1/', 'https://index.docker.io/v1/'],
  ['r.example', 'r.example'],
  ['r.example:5000', 'r.example:5000'],
  ['http://r.example', 'r.example'],
  ['https://r.example/', 'r.example'],
  ['https://r.example/v1', 'r.example'],
  ['r.example/v2/', 'r.example'],
  ['https://r.example/v3/', undefined],
  ['https://r.example/ns', undefined],
  ['r.example/v1/x', undefined],
])('docker asks for the login of %s as %s', (key, server) => {
  const { names } = move(
    'docker',
    '.docker/config.json',
    JSON.stringify({ auths: { [key]: { auth: base64('a:s3cret7') } } }),
  );
  expect(names).toEqual(server === undefined ? [] : [`docker-credential:${server} a`]);
});

test.each(['pässwörd 100%', `${secret}\0\0`, `\0${secret}`, 'a:b:c'])(
  'docker: the password %j is decoded',
  (password) => {
    const auths = { r: { auth: base64(`ä:${password}`) } };
    const { names, secrets } = move('docker', '.docker/config.json', JSON.stringify({ auths }));
    expect(names).toEqual(['docker-credential:r ä']);
    // docker fills short ones with zeros.
    expect(secrets).toEqual([password.replace(/\0+$/, '')]);
  },
);

test('docker: what belongs to another key or section is not part of a login', () => {
  const auths = { r: { auth: base64(`a:${secret}`) }, s: { identitytoken: secret } };
  const others = { r: { identitytoken: secret }, auth: base64(`b:${secret}`) };
  expect(move('docker', '.docker/config.json', JSON.stringify({ others, auths }))).toMatchObject({
    names: ['docker-credential:r a', 'docker-credential:s <token>'],
  });
});

test.each([
  ['[default]', 'default'],
  ['[profile my work]', 'my work'],
  ['[profile  "my work"]', 'my work'],
  ["[profile 'x']", 'x'],
  ['[my profile x]', 'my profile x'],
  ['["x]', '"x'],
  ['["x\']', '"x\''],
  ['[x"y"]', 'x"y"'],
  ['["x"y]', '"x"y'],
])('aws: %s is the profile %s', (header, profile) => {
  const text = `${header}\naws_access_key_id = A\naws_secret_access_key = ${secret}\n`;
  expect(move('aws', '.aws/config', text).names).toEqual([`aws:${profile} A`]);
});

test('aws: a key whose value continues on the next line cannot be removed alone', () => {
  const text = `[p]\naws_access_key_id = A\naws_secret_access_key = ${secret}\n  more\n`;
  expect(move('aws', '.aws/credentials', text).text).toBeUndefined();
});

test('git: the path of a URL that is not of HTTP is always asked for', () => {
  const find = (url: string) => move('git', '.git-credentials', `${url}\n`).names;
  expect(find(`ssh://a:${secret}@h/x%20y`)).toEqual(['git-credential:ssh://h/x y a']);
  expect(find(`ssh://a:${secret}@h`)).toEqual(['git-credential:ssh://h a']);
  expect(find(`httpsx://a:${secret}@h/p`)).toEqual(['git-credential:httpsx://h/p a']);
  expect(find(`xhttps://a:${secret}@h/p`)).toEqual(['git-credential:xhttps://h/p a']);
  for (const protocol of ['http', 'https', 'HTTPS'])
    expect(find(`${protocol}://a:${secret}@h/p`)[0]).toMatch(/:\/\/h a$/);
  expect(find(`https://a:${secret}@h/%ff`)).toEqual(['git-credential:https://h a']);
  const text = `ssh://a:${secret}@h/x%20y\n`;
  expect(move('git', '.git-credentials', text).lookups[0]?.input).toBe(
    'protocol=ssh\nhost=h\npath=x y\nusername=a\n\n',
  );
});

test('kubernetes: a token and a client certificate are one credential', () => {
  const [cert, key] = [base64(pem('CERTIFICATE')), base64(pem('EC PRIVATE KEY'))];
  const user = `    token: ${secret}\n    client-certificate-data: ${cert}\n    client-key-data: ${key}\n    password: ${secret}\n`;
  const result = move('kubernetes', '.kube/config', `users:\n- name: u\n  user:\n${user}`);
  expect(result).toMatchObject({ names: ['kubernetes:u token'], left: 1 });
  expect(JSON.parse(result.secrets[0] ?? '')).toEqual({
    token: secret,
    clientCertificateData: pem('CERTIFICATE'),
    clientKeyData: pem('EC PRIVATE KEY'),
  });
  const alone = move('kubernetes', '.kube/config', `users:\n- name: u\n  user:\n    token: ${secret}\n`);
  expect(alone.secrets).toEqual([secret]);
});

test('cargo: crates.io may be named as a registry', () => {
  const text = `[registries.crates-io]\ntoken = "${secret}"\n`;
  expect(move('cargo', '.cargo/credentials.toml', text).names).toEqual([
    'cargo:https://github.com/rust-lang/crates.io-index token',
  ]);
});

test.each([
  ['h.example:443', 'h.example'],
  ['h.example:4430', 'h.example:4430'],
  ['H.EXAMPLE', 'h.example'],
  ['h_x', undefined],
  ['h:', undefined],
  ['h:x', undefined],
])('terraform asks for the host %s as %s', (host, asked) => {
  const text = JSON.stringify({ credentials: { [host]: { token: secret } } });
  expect(move('terraform', '.terraform.d/credentials.tfrc.json', text).names).toEqual(
    asked === undefined ? [] : [`terraform:${asked} token`],
  );
});

test.each([
  ['//r.example/:_authToken', 'r.example'],
  ['//r.example:_authToken', 'r.example'],
  ['//r.example:8443/npm/:_authToken', 'r.example:8443/npm'],
])('pnpm: the token of %s', (key, registry) => {
  expect(move('pnpm', '.config/pnpm/rc', `${key}=${secret}\n`).names).toEqual([`npm:${registry} token`]);
});
