import { docker } from '../../../domain/protocols/docker.ts';
import { keystow } from '../../../profiles/keystow.ts';
import { serveProtocol } from '../../commands/protocols/serve.ts';
import { exitCodes } from '../../exit.ts';
import { main } from '../../main.ts';

/** The full program, loaded unless the fast path has answered. `received`: what that has read from stdin. */
export function runFull(received: Uint8Array): Promise<void> {
  return main({
    profile: keystow,
    // As docker's own helpers.
    invalidInputCode: exitCodes.error,
    direct: [
      {
        words: [],
        operands: 1,
        // Not loaded by the actions of the protocol: the full program.
        accepts: ([action = '', ...rest]) => rest.length === 0 && /^(?!version$)\w/.test(action),
        run: (cli, ...args) => serveProtocol(cli, docker, args, received),
      },
    ],
    program: async () => (await import('../../commands/protocols/helper-programs.ts')).dockerCredentialProgram,
  });
}
