import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The secrets of {@link tenFiles}, as the tools use them. */
export const secrets = {
  git: 'ghp_9fXk2LmQ7vRtB4nZcY8sWd3hJg6pAe1uKo5T',
  docker: 'dckr_pat_Zq8wN3xRv6yTb2LkHs9mPf4c',
  quay: 'robot-Jx7mTq2vNz9cLw4b',
  aws: 'b7RkTq9vXw2LmZs4NcYd8hJfGpA3eUoK6iTx1Wn5',
  kubernetes: 'sha256~Vb6nQz3XkT9mRw2LcJy8sHd4fPg7aEuK',
  pip: 'pkg-5tRw8kZx2mQv',
  npm: 'npm_h3KzVq8mXw2RtLc9sJy4nBd7fPg6aEuT1oWk',
  gh: 'gho_R4kZx8mQv2TwLc9sJy3nBd7fPg6aEuH5oWqX',
  cargo: 'cio7KzQv2mXw9RtLc4sJy8nBd3fPg6aEuT1o',
  terraform: 'Kz8mQv2TwLc9sJ.atlasv1.y3nBd7fPg6aEuH5oWqXr4kZx8mQv2TwLc9sJy3nBd7fPg6aEuH5oWqX',
} as const;

/** A home directory in which ten files have credentials in plain text, as their tools write them. */
export const tenFiles: Readonly<Record<string, string>> = {
  '.git-credentials': `https://alice:${secrets.git}@github.com\n`,
  '.docker/config.json': `{\n\t"auths": {\n\t\t"https://index.docker.io/v1/": {\n\t\t\t"auth": "${base64(`alice:${secrets.docker}`)}"\n\t\t}\n\t}\n}`,
  '.config/containers/auth.json': `{\n\t"auths": {\n\t\t"quay.io": {\n\t\t\t"auth": "${base64(`alice:${secrets.quay}`)}"\n\t\t}\n\t}\n}`,
  '.aws/credentials': `[default]\naws_access_key_id = AKIA4QW7ZK2MXN5TRV8C\naws_secret_access_key = ${secrets.aws}\n`,
  '.kube/config': [
    'apiVersion: v1',
    'clusters:',
    '- cluster:',
    '    server: https://k8s.example:6443',
    '  name: work',
    'contexts:',
    '- context:',
    '    cluster: work',
    '    user: alice',
    '  name: work',
    'current-context: work',
    'kind: Config',
    'preferences: {}',
    'users:',
    '- name: alice',
    '  user:',
    `    token: ${secrets.kubernetes}`,
    '',
  ].join('\n'),
  '.cargo/credentials.toml': `[registry]\ntoken = "${secrets.cargo}"\n`,
  '.terraform.d/credentials.tfrc.json': `{\n  "credentials": {\n    "app.terraform.io": {\n      "token": "${secrets.terraform}"\n    }\n  }\n}\n`,
  '.config/pip/pip.conf': `[global]\nindex-url = https://alice:${secrets.pip}@pypi.example/simple\n`,
  '.npmrc': `//registry.npmjs.org/:_authToken=${secrets.npm}\n`,
  '.config/gh/hosts.yml': `github.com:\n    git_protocol: https\n    oauth_token: ${secrets.gh}\n    user: alice\n`,
};

/** What else is in it. */
const others: Readonly<Record<string, string>> = {
  '.gitconfig': '[user]\n\tname = Alice\n[credential]\n\thelper = store\n',
};

const dayMs = 24 * 60 * 60 * 1000;

/** Creates the files, some of them old, and one that everybody can read. */
export function createTenFiles(home: string): void {
  for (const [index, [name, text]] of Object.entries({ ...tenFiles, ...others }).entries()) {
    const path = join(home, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: name === '.git-credentials' ? 0o644 : 0o600 });
    const written = new Date(Date.now() - (index * 37 + 5) * dayMs);
    utimesSync(path, written, written);
  }
}
