import { getForDocker } from '../app/protocols/docker.ts';
import { dockerMessages, parseDockerLogin } from '../domain/protocols/docker-login.ts';
import type { Cli } from './cli.ts';
import { exitCodes } from './exit-code.ts';
import { readStdin } from './read-stdin.ts';
import { stdin } from './stdin.ts';

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
    case 'get': {
      const login = await getForDocker(cli.context(), (await input()).trim());
      await cli.print(`${login ? JSON.stringify(login) : dockerMessages.notFound}\n`);
      return cli.exitWith(login ? exitCodes.done : exitCodes.error);
    }
    case 'store': {
      const { storeForDocker } = await import('../app/protocols/docker.ts');
      return storeForDocker(cli.context(), parseDockerLogin(await input()));
    }
    case 'erase': {
      const { eraseForDocker } = await import('../app/protocols/docker.ts');
      return eraseForDocker(cli.context(), (await input()).trim());
    }
    case 'list': {
      const { listForDocker } = await import('../app/protocols/docker.ts');
      return cli.print(`${JSON.stringify(await listForDocker(cli.context()))}\n`);
    }
    case 'version': {
      const { packageVersion } = await import('./version.ts');
      return cli.print(`docker-credential-keystow (keystow) ${packageVersion()}\n`);
    }
    default:
      await cli.print(`Unknown credential action \`${action}\`\n`);
      return cli.exitWith(exitCodes.error);
  }
}

async function input(): Promise<string> {
  return (await readStdin(stdin())).toString('utf8');
}
