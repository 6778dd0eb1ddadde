import type { CredentialName } from '../domain/credential-name.ts';
import { escapeControls } from './escape.ts';

/** A name as messages show it. */
export function shown({ service, account }: CredentialName): string {
  return `${escapeControls(service)} ${escapeControls(account)}`;
}
