import { expect, test } from 'vitest';
import { locateFile } from '../../src/app/sweep/sweep.ts';
import { applyEdits } from '../../src/domain/formats/edits.ts';
import { getReader } from '../../src/domain/sweep/file-formats.ts';
import { inspectText } from '../../src/domain/sweep/finding.ts';
import { listMovable, planMoveEdits } from '../../src/domain/sweep/movable.ts';
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
