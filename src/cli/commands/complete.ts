import type { Cli } from '../cli.ts';
import { type Command, command } from '../command.ts';
import { readBashLine } from '../completion/bash-line.ts';
import { complete } from '../completion/complete.ts';
import { printed, printedForBash } from '../completion/printed.ts';
import { shells } from '../completion/scripts.ts';
import { everywhere } from '../everywhere.ts';

/** What the scripts of `completion` call. Reads the placement: no store, no secret, and nobody is asked anything. */
export function completeCommand(cli: Cli, program: readonly Command[]): Command {
  return command({
    name: 'complete',
    hidden: true,
    summary: 'Complete a command line',
    operands: {
      shell: { choices: shells, describe: 'whose line it is' },
      words: { many: true, describe: 'bash: the line and COMP_WORDBREAKS; else the words after the program' },
    },
    examples: [],
    async run({ shell, words }) {
      const { placement } = await cli.context({ prompting: false }).placement.read();
      const completing = (typed: readonly string[]) => complete(program, everywhere, typed, placement);
      if (shell !== 'bash') return cli.print(printed(completing(words), shell));
      const [line = '', breaks = ''] = words;
      const typed = readBashLine(line, breaks);
      return cli.print(printedForBash(completing(typed.slice(1).map(({ text }) => text)), typed));
    },
  });
}
