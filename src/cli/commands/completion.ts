import type { Cli } from '../cli.ts';
import { type Command, defineCommand, globalOptions } from '../command.ts';
import { complete } from '../completion/complete.ts';
import { formatCompletion, formatForBash, formatScript, readBashLine, shells } from '../completion/shells.ts';
import type { Program } from '../program.ts';

/** `program`: what users type, also if it works for another application. */
export function completionCommand(cli: Cli, program: string): Command {
  return defineCommand({
    name: 'completion',
    summary: 'Print a script that completes commands, options and credential names in a shell',
    operands: { shell: { choices: shells, describe: 'bash, zsh, fish or powershell' } },
    examples: [
      ['eval "$($0 completion bash)"', 'add this to ~/.bashrc'],
      ['eval "$($0 completion zsh)"', 'add this to ~/.zshrc, after compinit'],
      ['$0 completion fish | source', 'add this to ~/.config/fish/config.fish'],
      ['$0 completion powershell | Out-String | Invoke-Expression', 'add this to $PROFILE of PowerShell'],
    ],
    run: ({ shell }) => cli.printBytes(Buffer.from(formatScript(shell, program))),
  });
}

/** The scripts of `completion` call this. It reads the placement index only: no store, no secret, no prompts. */
export function completeCommand(cli: Cli, program: readonly Command[], options: Program['options']): Command {
  return defineCommand({
    name: 'complete',
    hidden: true,
    summary: 'Complete a command line',
    operands: {
      shell: { choices: shells, describe: 'the shell that asks' },
      words: { many: true, describe: 'bash: the line and COMP_WORDBREAKS; otherwise the words after the program' },
    },
    examples: [],
    async run({ shell, words }) {
      const { placement } = await cli.context({ interactive: false }).placement.read();
      const print = (text: string) => cli.printBytes(Buffer.from(text));
      const completing = (typed: readonly string[]) =>
        complete(program, { ...globalOptions, ...options }, typed, placement);
      // See the script.
      if (shell === 'powershell') {
        return print(formatCompletion(completing([...words.slice(0, -1), words.at(-1)?.slice(1) ?? '']), shell));
      }
      if (shell !== 'bash') return print(formatCompletion(completing(words), shell));
      const [line = '', breaks = ''] = words;
      const typed = readBashLine(line, breaks);
      return print(formatForBash(completing(typed.slice(1).map(({ text }) => text)), typed));
    },
  });
}
