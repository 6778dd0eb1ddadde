import { CredentialError } from '../domain/credential-error.ts';
import { type Attributes, parseAttributes } from '../domain/protocols/git/attributes.ts';

/** More than any request; a guard against a pipe that never ends. */
const maxRequestBytes = 16 * 1024 * 1024;

/** Reads attributes up to a blank line, behind which stdin may stay open, or to its end. */
export async function readGitRequest(stdin: AsyncIterable<Buffer>): Promise<Attributes> {
  let text = '';
  for await (const chunk of stdin) {
    const from = Math.max(text.length - 1, 0);
    text += chunk.toString('latin1');
    if (text.length > maxRequestBytes) {
      throw new CredentialError('invalid-input', `the request is larger than ${maxRequestBytes} bytes`);
    }
    if (text.startsWith('\n') || text.includes('\n\n', from)) break;
  }
  return parseAttributes(text);
}
