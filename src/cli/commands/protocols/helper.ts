import type { Cli } from '../../cli.ts';
import { type Command, defineCommand, type Example } from '../../command.ts';
import type { DirectCommand } from '../../fast-path.ts';
import { protocols } from './list.ts';

export function helperCommand(cli: Cli): Command {
  return defineCommand({
    name: 'helper',
    summary: 'Answer another program that asks for credentials, in its own protocol',
    operands: {
      protocol: { describe: `the protocol: ${describeProtocols()}`, choices: Object.keys(protocols) },
      args: { describe: 'the arguments that the program adds', optional: true, many: true },
    },
    examples: Object.entries(protocols).map(
      ([name, { example }]): Example => [example[0].replace('$0', `$0 helper ${name}`), example[1]],
    ),
    run: ({ protocol, args }) => serveHelper(cli, protocol, args),
  });
}

function describeProtocols(): string {
  return Object.entries(protocols)
    .map(([name, { summary }]) => `${name} (${summary})`)
    .join(', ');
}

async function serveHelper(cli: Cli, name: string, args: readonly string[]): Promise<void> {
  const [{ serveProtocol }, protocol] = await Promise.all([import('./serve.ts'), protocols[name]?.load()]);
  if (protocol !== undefined) await serveProtocol(cli, protocol, args);
}

/** Passes every argument on as it is: the parser knows none of a protocol's options. */
export const directHelper: DirectCommand = {
  words: ['helper'],
  operands: 1,
  accepts: ([name = '', ...args]) => Object.hasOwn(protocols, name) && !args.includes('--help') && !args.includes('-h'),
  run: (cli, name = '', ...args) => serveHelper(cli, name, args),
};
