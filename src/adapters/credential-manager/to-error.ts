import type { CredentialError } from '../../domain/credential-error.ts';
import { type BindingErrorRule, createSharedRules, toCredentialError } from '../native/binding.ts';

/**
 * Errors of Windows, from winerror.h. The crate windows-native-keyring-store reports them as `Windows error code` with the
 * number or, for five of them, by the constant's name; a failed enumeration reports the HRESULT.
 */
const rules: readonly BindingErrorRule[] = [
  {
    pattern: matchWindowsError(1312, 'ERROR_NO_SUCH_LOGON_SESSION'),
    code: 'denied',
    meaning: 'Credential Manager is not available in this logon session, as over SSH and in some services',
    hint: 'sign in at the desktop or by Remote Desktop, or use the encrypted file',
  },
  {
    pattern: matchWindowsError(5, 'ERROR_ACCESS_DENIED'),
    code: 'denied',
    meaning: 'access to Credential Manager is denied',
  },
  {
    // CredWrite's error for a blob that is too large.
    pattern: matchWindowsError(1783, 'RPC_X_BAD_STUB_DATA'),
    code: 'too-large',
    meaning: 'the secret is too large for Credential Manager',
  },
  ...createSharedRules('Credential Manager', 'credentials'),
];

export function toError(thrown: unknown): CredentialError {
  return toCredentialError(rules, 'Credential Manager', thrown);
}

/** Matches an error by its number, its constant or its HRESULT. */
function matchWindowsError(code: number, constant: string): RegExp {
  const result = `0x8007${code.toString(16).padStart(4, '0')}`;
  return new RegExp(`\\berror code ${code}(?!\\d)|\\b${constant}\\b|\\b${result}\\b`, 'i');
}
