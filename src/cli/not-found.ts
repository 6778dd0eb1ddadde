import { CredentialError } from '../domain/credential-error.ts';
import type { CredentialName } from '../domain/credential-name.ts';
import { formatName } from './output/text.ts';

export function notFound(name: CredentialName, program: string): CredentialError {
  return new CredentialError('not-found', `no credential for ${formatName(name)}`, {
    hint: `${program} list names what is kept; ${program} set keeps one`,
  });
}
