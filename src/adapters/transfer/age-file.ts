import { armor, Decrypter, Encrypter } from 'age-encryption';
import { CredentialError } from '../../domain/credential-error.ts';
import { isError } from '../../domain/text/messages.ts';
import type { Age, AgeKey, AgeLock } from '../../ports/transfer.ts';

const header = 'age-encryption.org/v1';

/** 2^18, as age(1) uses. A file may ask for up to 2^20, a gigabyte: age-encryption rejects more before any work. */
const workFactor = 18;

/** The implementation of {@link Age}. */
export const age: Age = { inspect: inspectAge, encrypt: encryptAge, decrypt: decryptAge };

async function encryptAge(content: Uint8Array, lock: AgeLock): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  if ('passphrase' in lock) {
    encrypter.setScryptWorkFactor(workFactor);
    encrypter.setPassphrase(lock.passphrase);
  } else {
    for (const recipient of lock.recipients) addRecipient(encrypter, recipient);
  }
  return encrypter.encrypt(content);
}

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch {
    const isIdentity = /^AGE-/i.test(recipient);
    const problem = recipient.startsWith('ssh-') ? 'an SSH key cannot be a recipient' : 'invalid recipient';
    throw new CredentialError(
      'invalid-input',
      isIdentity ? 'an identity is secret, and cannot be a recipient' : problem,
      {
        hint: 'use a public key that age-keygen prints: age1…',
      },
    );
  }
}

function inspectAge(file: Uint8Array): ReturnType<Age['inspect']> {
  const start = Buffer.from(file.subarray(0, 64 * 1024)).toString('latin1');
  if (/^(#[^\n]*\n|\s)*AGE-(SECRET-KEY|PLUGIN)-/.test(start)) return 'identity';
  const binary = dearmor(file);
  const text = Buffer.from(binary.subarray(0, 64 * 1024)).toString('latin1');
  if (!text.startsWith(header)) return 'none';
  return /^-> scrypt /m.test(text) ? 'passphrase' : 'recipients';
}

async function decryptAge(file: Uint8Array, key: AgeKey): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  if ('passphrase' in key) decrypter.addPassphrase(key.passphrase);
  else for (const identity of key.identities) addIdentity(decrypter, identity);
  try {
    return await decrypter.decrypt(dearmor(file));
  } catch (error) {
    throw toError(error, 'passphrase' in key);
  }
}

function addIdentity(decrypter: Decrypter, identity: string): void {
  try {
    decrypter.addIdentity(identity);
  } catch {
    throw new CredentialError('invalid-input', 'the identity file has an invalid identity', {
      hint: 'use a file that age-keygen has written: AGE-SECRET-KEY-1…',
    });
  }
}

function dearmor(file: Uint8Array): Uint8Array {
  try {
    return armor.decode(Buffer.from(file).toString('latin1').replaceAll('\r\n', '\n'));
  } catch {
    return file;
  }
}

function toError(error: unknown, isPassphrase: boolean): CredentialError {
  const message = isError(error) ? error.message : String(error);
  if (/no identity matched/.test(message)) {
    return isPassphrase
      ? new CredentialError('wrong-passphrase', 'wrong passphrase', {
          hint: 'try again with the passphrase of the export',
        })
      : new CredentialError('wrong-passphrase', 'no identity opens the file', {
          hint: 'use the identity of one of the recipients: --identity FILE',
        });
  }
  if (/work factor/.test(message)) {
    return new CredentialError('file-damaged', 'the file asks for too much work to open it (scrypt, above 2^20)', {
      hint: 'use a file that keystow export or age has written',
    });
  }
  return new CredentialError('file-damaged', 'the file is truncated or was altered', {
    hint: 'use another copy of it',
  });
}
