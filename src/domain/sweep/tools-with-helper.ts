import { config, npmSecrets, password, refreshToken, type SecretRule, type Tool, token, url } from './known-file.ts';

const gitSecrets: readonly SecretRule[] = [
  url('remote * url|pushurl|proxy'),
  { path: 'url * insteadof|pushinsteadof', kind: 'password in a URL' },
  url('http proxy'),
  url('http * proxy'),
  { path: 'http extraheader', kind: 'Authorization header' },
  { path: 'http * extraheader', kind: 'Authorization header' },
  password('sendemail smtppass'),
  password('sendemail * smtppass'),
  password('imap pass'),
  token('github|gitlab token|oauth-token'),
];

const dockerAuths: readonly SecretRule[] = [
  password('auths * auth|password'),
  refreshToken('auths * identitytoken'),
  token('auths * registrytoken'),
];

const pipSecrets = [url('* index-url|index_url|extra-index-url|extra_index_url|find-links|find_links|proxy')];

/** The tools that can get a credential from keystow, so that `--move` moves theirs. */
export const toolsWithHelper: readonly Tool[] = [
  {
    id: 'git',
    name: 'git',
    source: 'https://git-scm.com/docs/git-credential-store#FILES',
    files: [
      { path: '~/.git-credentials', format: 'credential-urls', secrets: [password('**')] },
      { path: `${config}/git/credentials`, format: 'credential-urls', secrets: [password('**')] },
      { path: '{GIT_CONFIG_GLOBAL:-~/.gitconfig}', format: 'git-config', secrets: gitSecrets },
      { path: `${config}/git/config`, format: 'git-config', secrets: gitSecrets },
    ],
  },
  {
    id: 'docker',
    name: 'Docker',
    source: 'https://docs.docker.com/reference/cli/docker/login/#credential-stores',
    files: [
      {
        path: '{DOCKER_CONFIG:-~/.docker}/config.json',
        format: 'json',
        secrets: [
          ...dockerAuths,
          { path: 'HttpHeaders Authorization|X-Registry-Auth', kind: 'Authorization header' },
          url('proxies * httpProxy|httpsProxy|ftpProxy|allProxy'),
        ],
      },
    ],
  },
  {
    id: 'podman',
    name: 'Podman, Skopeo, Buildah',
    source: 'https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md',
    files: [
      { path: '{REGISTRY_AUTH_FILE}', format: 'json', secrets: dockerAuths },
      { path: '{XDG_RUNTIME_DIR}/containers/auth.json', format: 'json', secrets: dockerAuths },
      { path: `${config}/containers/auth.json`, format: 'json', secrets: dockerAuths },
    ],
  },
  {
    id: 'aws',
    name: 'AWS CLI and SDKs',
    source: 'https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html',
    files: ['{AWS_SHARED_CREDENTIALS_FILE:-~/.aws/credentials}', '{AWS_CONFIG_FILE:-~/.aws/config}'].map((path) => ({
      path,
      format: 'ini' as const,
      secrets: [
        { path: '* aws_secret_access_key', kind: 'secret key' as const },
        token('* aws_session_token|aws_security_token'),
      ],
    })),
  },
  {
    id: 'kubernetes',
    name: 'kubectl, Helm, client-go',
    source: 'https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/',
    files: [
      {
        path: '{KUBECONFIG:-~/.kube/config}',
        isList: true,
        format: 'yaml',
        secrets: [
          token('users * user token'),
          password('users * user password'),
          { path: 'users * user client-key-data', kind: 'private key' },
          token('users * user auth-provider config access-token|id-token'),
          refreshToken('users * user auth-provider config refresh-token'),
          { path: 'users * user auth-provider config client-secret', kind: 'client secret' },
          url('clusters * cluster proxy-url'),
        ],
      },
    ],
  },
  {
    id: 'cargo',
    name: 'Cargo',
    source: 'https://doc.rust-lang.org/cargo/reference/config.html#credentials',
    files: ['credentials.toml', 'credentials'].map((name) => ({
      path: `{CARGO_HOME:-~/.cargo}/${name}`,
      format: 'toml' as const,
      secrets: [
        token('registry token'),
        token('registries * token'),
        { path: 'registry secret-key', kind: 'private key' as const },
        { path: 'registries * secret-key', kind: 'private key' as const },
      ],
    })),
  },
  {
    id: 'terraform',
    name: 'Terraform and OpenTofu',
    source: 'https://developer.hashicorp.com/terraform/cli/config/config-file#credentials-1',
    files: [
      ...['~/.terraform.d', '{APPDATA}/terraform.d'].map((folder) => ({
        path: `${folder}/credentials.tfrc.json`,
        format: 'json' as const,
        secrets: [token('credentials * token')],
      })),
      ...['{TF_CLI_CONFIG_FILE:-~/.terraformrc}', '{APPDATA}/terraform.rc', '~/.tofurc'].map((path) => ({
        path,
        format: 'hcl' as const,
        secrets: [token('credentials * token')],
      })),
    ],
  },
  {
    id: 'pip',
    name: 'pip',
    source: 'https://pip.pypa.io/en/stable/topics/configuration/#location',
    files: [
      '{PIP_CONFIG_FILE}',
      `${config}/pip/pip.conf`,
      '~/.pip/pip.conf',
      '~/Library/Application Support/pip/pip.conf',
      '{APPDATA}/pip/pip.ini',
    ].map((path) => ({ path, format: 'ini' as const, secrets: pipSecrets })),
  },
  {
    id: 'pnpm',
    name: 'pnpm',
    source: 'https://pnpm.io/settings#authentication-settings',
    files: [
      { path: `${config}/pnpm/rc`, format: 'npmrc', secrets: npmSecrets },
      { path: `${config}/pnpm/auth.ini`, format: 'npmrc', secrets: npmSecrets },
      { path: '{NPM_CONFIG_USERCONFIG:-~/.npmrc}', isShared: true, format: 'npmrc', secrets: npmSecrets },
    ],
  },
];
