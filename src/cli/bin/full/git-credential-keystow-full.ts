import { git } from '../../../domain/protocols/git.ts';
import { keystow } from '../../../profiles/keystow.ts';
import { serveProtocol } from '../../commands/protocols/serve.ts';
import { main } from '../../main.ts';

/** The full program, loaded unless the fast path has answered. `received`: what that has read from stdin. */
export function runFull(received: Uint8Array): Promise<void> {
  return main({
    profile: keystow,
    direct: [{ words: [], operands: 1, run: (cli, ...args) => serveProtocol(cli, git, args, received) }],
    program: async () => (await import('../../commands/protocols/git.ts')).gitCredentialProgram,
  });
}
