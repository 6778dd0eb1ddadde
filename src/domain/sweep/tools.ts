import { apiKey, config, npmSecrets, password, refreshToken, type Tool, token, url } from './known-file.ts';
import { toolsWithHelper } from './tools-with-helper.ts';

const useExec = (variable: string, command: string) =>
  `keep it in keystow, and run: keystow exec SERVICE ACCOUNT --env ${variable} -- ${command}`;

/** The tools that can't, and what the user can do. */
const otherTools: readonly Tool[] = [
  {
    id: 'npm',
    name: 'npm',
    source: 'https://docs.npmjs.com/cli/configuring-npm/npmrc#auth-related-configuration',
    remedy: `if only pnpm uses it: keystow sweep --move pnpm; npm itself can only read a variable: write \${NPM_TOKEN}, and run: keystow exec SERVICE ACCOUNT --env NPM_TOKEN -- npm publish`,
    files: [{ path: '{NPM_CONFIG_USERCONFIG:-~/.npmrc}', format: 'npmrc', secrets: npmSecrets }],
  },
  {
    id: 'yarn',
    name: 'Yarn',
    source: 'https://yarnpkg.com/configuration/yarnrc#npmAuthToken',
    remedy: `write the variable instead, \${YARN_TOKEN}, and run: keystow exec SERVICE ACCOUNT --env YARN_TOKEN -- yarn npm publish`,
    files: [
      {
        path: '~/.yarnrc.yml',
        format: 'yaml',
        secrets: [
          token('npmAuthToken'),
          password('npmAuthIdent'),
          token('npmRegistries|npmScopes * npmAuthToken'),
          password('npmRegistries|npmScopes * npmAuthIdent'),
          url('httpProxy|httpsProxy'),
        ],
      },
    ],
  },
  {
    id: 'gh',
    name: 'GitHub CLI',
    source: 'https://cli.github.com/manual/gh_auth_login',
    remedy: useExec('GH_TOKEN', 'gh …'),
    files: ['{GH_CONFIG_DIR:-{XDG_CONFIG_HOME:-~/.config}/gh}/hosts.yml', '{APPDATA}/GitHub CLI/hosts.yml'].map(
      (path) => ({ path, format: 'yaml' as const, secrets: [token('* oauth_token'), token('* users * oauth_token')] }),
    ),
  },
  {
    id: 'glab',
    name: 'GitLab CLI',
    source: 'https://gitlab.com/gitlab-org/cli#configuration',
    remedy: useExec('GITLAB_TOKEN', 'glab …'),
    files: [
      {
        path: '{GLAB_CONFIG_DIR:-{XDG_CONFIG_HOME:-~/.config}/glab-cli}/config.yml',
        format: 'yaml',
        secrets: [token('hosts * token'), refreshToken('hosts * oauth2_refresh_token')],
      },
    ],
  },
  {
    id: 'netrc',
    name: 'curl, ftp and others',
    source: 'https://everything.curl.dev/usingcurl/netrc.html',
    remedy: 'no program that reads it can ask another one; git, pip and Go can ask keystow themselves: keystow setup',
    files: ['{NETRC:-~/.netrc}', '~/_netrc'].map((path) => ({
      path,
      format: 'netrc' as const,
      secrets: [password('**')],
    })),
  },
  {
    id: 'pypirc',
    name: 'twine',
    source: 'https://packaging.python.org/en/latest/specifications/pypirc/',
    remedy: 'remove the password: twine asks the command keyring for it, which keystow can be',
    files: [{ path: '~/.pypirc', format: 'ini', secrets: [password('* password'), url('* repository')] }],
  },
  {
    id: 'poetry',
    name: 'Poetry',
    source: 'https://python-poetry.org/docs/repositories/#configuring-credentials',
    remedy: useExec('POETRY_PYPI_TOKEN_PYPI', 'poetry publish'),
    files: [
      `${config}/pypoetry/auth.toml`,
      '~/Library/Application Support/pypoetry/auth.toml',
      '{APPDATA}/pypoetry/auth.toml',
    ].map((path) => ({
      path,
      format: 'toml' as const,
      secrets: [password('http-basic * password'), token('pypi-token *')],
    })),
  },
  {
    id: 'uv',
    name: 'uv',
    source: 'https://docs.astral.sh/uv/concepts/authentication/cli/',
    remedy: 'uv can ask the command keyring instead, which keystow can be: keyring-provider = "subprocess"',
    files: [
      {
        path: '{UV_CREDENTIALS_DIR:-{XDG_DATA_HOME:-~/.local/share}/uv/credentials}/credentials.toml',
        format: 'toml',
        secrets: [password('credential * password'), token('credential * token')],
      },
      { path: `${config}/uv/uv.toml`, format: 'toml', secrets: [url('index-url|extra-index-url'), url('index * url')] },
    ],
  },
  {
    id: 'composer',
    name: 'Composer',
    source: 'https://getcomposer.org/doc/articles/authentication-for-private-packages.md',
    remedy: useExec('COMPOSER_AUTH', 'composer install'),
    files: ['{COMPOSER_HOME:-{XDG_CONFIG_HOME:-~/.config}/composer}/auth.json', '~/.composer/auth.json'].map(
      (path) => ({
        path,
        format: 'json' as const,
        secrets: [
          password('http-basic * password'),
          token('github-oauth|gitlab-oauth|gitlab-token|bearer *'),
          token('gitlab-token|gitlab-oauth * token'),
          token('bitbucket-oauth * access-token'),
          { path: 'bitbucket-oauth * consumer-secret', kind: 'client secret' as const },
        ],
      }),
    ),
  },
  {
    id: 'rubygems',
    name: 'RubyGems',
    source: 'https://guides.rubygems.org/api-key-scopes/',
    remedy: useExec('GEM_HOST_API_KEY', 'gem push …'),
    files: ['~/.gem/credentials', '{XDG_DATA_HOME:-~/.local/share}/gem/credentials'].map((path) => ({
      path,
      format: 'yaml' as const,
      secrets: [apiKey('*')],
    })),
  },
  {
    id: 'gcloud',
    name: 'Google Cloud',
    source: 'https://cloud.google.com/docs/authentication/application-default-credentials#personal',
    remedy: 'revoke it while it is not in use: gcloud auth application-default revoke',
    files: ['{CLOUDSDK_CONFIG:-~/.config/gcloud}', '{APPDATA}/gcloud'].map((folder) => ({
      path: `${folder}/application_default_credentials.json`,
      format: 'json' as const,
      secrets: [refreshToken('refresh_token'), { path: 'private_key', kind: 'private key' as const }],
    })),
  },
  {
    id: 'azure',
    name: 'Azure CLI',
    source: 'https://learn.microsoft.com/cli/azure/msal-based-azure-cli',
    remedy: 'sign out when it is not in use: az logout; for a service principal, use a managed identity instead',
    files: [
      {
        path: '{AZURE_CONFIG_DIR:-~/.azure}/msal_token_cache.json',
        format: 'json',
        secrets: [token('AccessToken * secret'), refreshToken('RefreshToken * secret')],
      },
      {
        path: '{AZURE_CONFIG_DIR:-~/.azure}/service_principal_entries.json',
        format: 'json',
        secrets: [{ path: '* client_secret', kind: 'client secret' }],
      },
    ],
  },
  {
    id: 'claude',
    name: 'Claude Code',
    source: 'https://code.claude.com/docs/en/authentication#credential-management',
    remedy: 'with an API key, use apiKeyHelper: keystow setup claude; a subscription can only be signed in to again',
    files: [
      {
        path: '{CLAUDE_CONFIG_DIR:-~/.claude}/.credentials.json',
        format: 'json',
        secrets: [
          token('claudeAiOauth accessToken'),
          refreshToken('claudeAiOauth refreshToken'),
          token('mcpOAuth * accessToken'),
          refreshToken('mcpOAuth * refreshToken'),
        ],
      },
      { path: '~/.claude.json', format: 'json', secrets: [apiKey('primaryApiKey')] },
      {
        path: '{CLAUDE_CONFIG_DIR:-~/.claude}/settings.json',
        format: 'json',
        secrets: [apiKey('env ANTHROPIC_API_KEY|ANTHROPIC_AUTH_TOKEN')],
      },
    ],
  },
  {
    id: 'codex',
    name: 'Codex',
    source: 'https://developers.openai.com/codex/auth/#credential-storage',
    remedy: 'let Codex use the OS keyring: cli_auth_credentials_store = "keyring" in its config.toml',
    files: [
      {
        path: '{CODEX_HOME:-~/.codex}/auth.json',
        format: 'json',
        secrets: [
          apiKey('OPENAI_API_KEY'),
          token('tokens access_token|id_token'),
          refreshToken('tokens refresh_token'),
        ],
      },
    ],
  },
  {
    id: 'gemini',
    name: 'Gemini CLI',
    source: 'https://github.com/google-gemini/gemini-cli/blob/main/docs/get-started/authentication.md',
    remedy: 'with an API key: keystow exec SERVICE ACCOUNT --env GEMINI_API_KEY -- gemini',
    files: [
      {
        path: '~/.gemini/oauth_creds.json',
        format: 'json',
        secrets: [token('access_token|id_token'), refreshToken('refresh_token')],
      },
    ],
  },
  {
    id: 'huggingface',
    name: 'Hugging Face',
    source: 'https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables#hftokenpath',
    remedy: useExec('HF_TOKEN', 'hf …'),
    files: [
      { path: '{HF_TOKEN_PATH:-{HF_HOME:-~/.cache/huggingface}/token}', format: 'token', secrets: [token('**')] },
    ],
  },
  {
    id: 'vault',
    name: 'Vault',
    source: 'https://developer.hashicorp.com/vault/docs/commands/token-helper',
    remedy: useExec('VAULT_TOKEN', 'vault …'),
    files: [{ path: '~/.vault-token', format: 'token', secrets: [token('**')] }],
  },
  {
    id: 'postgres',
    name: 'PostgreSQL',
    source: 'https://www.postgresql.org/docs/current/libpq-pgpass.html',
    remedy: useExec('PGPASSWORD', 'psql …'),
    files: [
      { path: '{PGPASSFILE:-~/.pgpass}', format: 'pgpass', secrets: [password('**')] },
      { path: '{APPDATA}/postgresql/pgpass.conf', format: 'pgpass', secrets: [password('**')] },
    ],
  },
  {
    id: 'mysql',
    name: 'MySQL and MariaDB',
    source: 'https://dev.mysql.com/doc/refman/8.4/en/option-files.html',
    remedy: useExec('MYSQL_PWD', 'mysql …'),
    files: [{ path: '~/.my.cnf', format: 'option-file', secrets: [password('* password')] }],
  },
];

/** Every tool that `keystow sweep` knows, in the order of docs/sweep.md. */
export const tools: readonly Tool[] = [...toolsWithHelper, ...otherTools];
