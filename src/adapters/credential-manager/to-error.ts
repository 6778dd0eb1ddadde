import type { CredentialError } from '../../domain/credential-error.ts';
import { type ErrorRow, errorFrom } from '../native/error-table.ts';

/**
 * What Windows says, by winerror.h: the crate windows-native-keyring-store prints `Windows error code` and the number,
 * for five of them the constant's name instead, and the enumeration prints the HRESULT.
 */
const rows: readonly ErrorRow[] = [
  {
    says: windows(1312, 'ERROR_NO_SUCH_LOGON_SESSION'),
    code: 'denied',
    meaning: 'this logon session has no Credential Manager, as is so over SSH and in some services',
    hint: 'sign in at the desktop or by Remote Desktop, or keep credentials in the encrypted file',
  },
  {
    says: windows(5, 'ERROR_ACCESS_DENIED'),
    code: 'denied',
    meaning: 'access to Credential Manager is denied',
  },
  {
    // What CredWrite answers to a blob over the limit.
    says: windows(1783, 'RPC_X_BAD_STUB_DATA'),
    code: 'too-large',
    meaning: 'the secret is larger than Credential Manager keeps',
  },
  {
    says: /\bis longer than the platform limit\b/i,
    code: 'too-large',
    meaning: 'the secret or its name is larger than Credential Manager keeps',
  },
  {
    says: /\bis matched by \d+ credentials\b/i,
    code: 'ambiguous',
    meaning: 'several credentials of Credential Manager match',
  },
];

export function toError(thrown: unknown): CredentialError {
  return errorFrom(rows, 'Credential Manager', thrown);
}

/** Matches an error by its number, its constant or its HRESULT. */
function windows(code: number, constant: string): RegExp {
  const result = `0x8007${code.toString(16).padStart(4, '0')}`;
  return new RegExp(`\\berror code ${code}(?!\\d)|\\b${constant}\\b|\\b${result}\\b`, 'i');
}
