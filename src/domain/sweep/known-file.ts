/** The formats of files that tools keep credentials in. */
export type FileFormat =
  | 'json'
  | 'yaml'
  | 'toml'
  | 'ini'
  | 'npmrc'
  | 'option-file'
  | 'git-config'
  | 'hcl'
  | 'netrc'
  | 'credential-urls'
  | 'pgpass'
  | 'token';

export type SecretKind =
  | 'password'
  | 'token'
  | 'refresh token'
  | 'API key'
  | 'secret key'
  | 'private key'
  | 'client secret'
  | 'password in a URL'
  | 'Authorization header';

/** Which values of a file are secrets. */
export interface SecretRule {
  /** The keys that lead to it, separated by a space: `*` is any key, `**` any number of keys, and `a|b` one of two. */
  readonly path: string;
  readonly kind: SecretKind;
}

export interface KnownFile {
  /** As in a POSIX shell: `{NAME:-default}`, `~`. Without a default, the file is looked at only if the variable is set. */
  readonly path: string;
  /** The variable has several paths, separated as in PATH. */
  readonly isList?: true;
  /** Another tool reads the file too, and can't use a helper: it's that tool's unless the user names this one. */
  readonly isShared?: true;
  readonly format: FileFormat;
  readonly secrets: readonly SecretRule[];
}

/** A tool that keeps credentials in plain text. */
export interface Tool {
  /** What `--exclude` and `--move` call it. */
  readonly id: string;
  readonly name: string;
  /** Where its documentation or source names the files. */
  readonly source: string;
  readonly files: readonly KnownFile[];
  /** For a tool that can't get a credential from another program: what the user can do. Absent: `--move` moves them. */
  readonly remedy?: string;
}

export const config = '{XDG_CONFIG_HOME:-~/.config}';

/** A value that may be a URL with a password in it. */
export const url = (path: string): SecretRule => ({ path, kind: 'password in a URL' });
export const password = (path: string): SecretRule => ({ path, kind: 'password' });
export const token = (path: string): SecretRule => ({ path, kind: 'token' });
export const refreshToken = (path: string): SecretRule => ({ path, kind: 'refresh token' });
export const apiKey = (path: string): SecretRule => ({ path, kind: 'API key' });

export const npmSecrets: readonly SecretRule[] = [
  token('_authToken'),
  password('_auth|_password'),
  token('*:_authToken'),
  password('*:_auth|*:_password'),
  url('proxy|https-proxy|registry'),
];
