import { eraseForDocker } from '../app/docker/erase.ts';
import { getForDocker } from '../app/docker/get.ts';
import { listForDocker } from '../app/docker/list.ts';
import { storeForDocker } from '../app/docker/store.ts';
import { messages, parseLogin } from '../domain/docker/login.ts';
import type { Cli } from './cli.ts';
import { exitCodes } from './exit-code.ts';
import { readStdin } from './read-stdin.ts';
import { packageVersion } from './version.ts';

/**
 * Carries out an action of a docker credential helper. docker takes what went wrong from stdout; some of its commands
 * say nothing of it, so it is on stderr too, but for a login that there is not.
 */
export async function serveDocker(cli: Cli, action: string): Promise<void> {
  try {
    await carryOut(cli, action);
  } catch (error) {
    await cli.print(`${error instanceof Error ? error.message : error}\n`);
    throw error;
  }
}

async function carryOut(cli: Cli, action: string): Promise<void> {
  switch (action) {
    case 'store':
      return storeForDocker(cli.context(), parseLogin(await stdin()));
    case 'erase':
      return eraseForDocker(cli.context(), (await stdin()).trim());
    case 'list':
      return cli.print(`${JSON.stringify(await listForDocker(cli.context()))}\n`);
    case 'version':
      return cli.print(`docker-credential-keystow (keystow) ${packageVersion()}\n`);
    case 'get': {
      const login = await getForDocker(cli.context(), (await stdin()).trim());
      await cli.print(`${login ? JSON.stringify(login) : messages.notFound}\n`);
      return cli.exitWith(login ? exitCodes.done : exitCodes.error);
    }
    default:
      await cli.print(`Unknown credential action \`${action}\`\n`);
      return cli.exitWith(exitCodes.error);
  }
}

async function stdin(): Promise<string> {
  return (await readStdin(process.stdin)).toString('utf8');
}
