import type { CredentialName } from '../../src/domain/credential-name.ts';

/** Requests of a protocol about one credential. The secret in them is {@link secret}. */
export interface ProtocolRequests {
  readonly get: ProtocolCall;
  readonly store?: ProtocolCall;
  readonly erase?: ProtocolCall;
  /** Where the credential is stored, and as what. */
  readonly name: CredentialName;
  readonly stored: string;
}

export interface ProtocolCall {
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export const secret = 's3cret';

const gitHost = 'protocol=https\nhost=example.com\n';
const awsKeys = `{"Version":1,"AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"${secret}"}`;
const execInfo =
  '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}';

/** Of every protocol, by its name. */
export const requests: Readonly<Record<string, ProtocolRequests>> = {
  git: {
    get: { args: ['get'], stdin: gitHost },
    store: { args: ['store'], stdin: `${gitHost}username=alice\npassword=${secret}\n` },
    erase: { args: ['erase'], stdin: gitHost },
    name: { service: 'git-credential:https://example.com', account: 'alice' },
    stored: secret,
  },
  docker: {
    get: { args: ['get'], stdin: 'localhost:5000' },
    store: { args: ['store'], stdin: `{"ServerURL":"localhost:5000","Username":"alice","Secret":"${secret}"}` },
    erase: { args: ['erase'], stdin: 'localhost:5000' },
    name: { service: 'docker-credential:localhost:5000', account: 'alice' },
    stored: secret,
  },
  keyring: {
    get: { args: ['get', 'https://pypi.example/simple/', 'alice'] },
    store: { args: ['set', 'https://pypi.example/simple/', 'alice'], stdin: `${secret}\n` },
    erase: { args: ['del', 'https://pypi.example/simple/', 'alice'] },
    name: { service: 'https://pypi.example/simple/', account: 'alice' },
    stored: secret,
  },
  aws: {
    get: { args: ['work'] },
    store: { args: ['work', '--store'], stdin: awsKeys },
    erase: { args: ['work', '--erase'] },
    name: { service: 'aws:work', account: 'AKIAEXAMPLE' },
    stored: secret,
  },
  kubernetes: {
    get: { args: ['robot'], environment: { KUBERNETES_EXEC_INFO: execInfo } },
    store: { args: ['robot', '--store'], stdin: secret },
    erase: { args: ['robot', '--erase'] },
    name: { service: 'kubernetes:robot', account: 'token' },
    stored: secret,
  },
  token: {
    get: { args: ['npm:registry.example', 'token'] },
    name: { service: 'npm:registry.example', account: 'token' },
    stored: secret,
  },
  cargo: {
    get: { args: [], stdin: cargoRequest('get') },
    store: { args: [], stdin: cargoRequest('login', secret) },
    erase: { args: [], stdin: cargoRequest('logout') },
    name: { service: 'cargo:sparse+https://registry.example/index/', account: 'token' },
    stored: secret,
  },
  terraform: {
    get: { args: ['get', 'app.terraform.io'] },
    store: { args: ['store', 'app.terraform.io'], stdin: `{"token":"${secret}"}` },
    erase: { args: ['forget', 'app.terraform.io'] },
    name: { service: 'terraform:app.terraform.io', account: 'token' },
    stored: secret,
  },
  bazel: {
    get: { args: ['get'], stdin: '{"uri":"https://example.com/"}' },
    name: { service: 'bazel:example.com', account: 'token' },
    stored: secret,
  },
  go: {
    get: { args: ['https://example.com/'] },
    name: { service: 'go:example.com', account: 'token' },
    stored: secret,
  },
  askpass: {
    get: { args: ["alice@example.com's password: "] },
    name: { service: 'ssh:example.com', account: 'alice' },
    stored: secret,
  },
  'ansible-vault': {
    get: { args: ['--vault-id', 'dev'] },
    name: { service: 'ansible-vault', account: 'dev' },
    stored: secret,
  },
};

function cargoRequest(kind: string, token?: string): string {
  const registry = { 'index-url': 'sparse+https://registry.example/index/' };
  return `${JSON.stringify({ v: 1, kind, operation: 'read', registry, token })}\n`;
}
