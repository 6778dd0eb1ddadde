import type { Cli } from '../cli.ts';
import { type Command, defineCommand, globalOptions, type ValueOption } from '../command.ts';
import { type Completion, complete, type Suggestion } from '../complete.ts';

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
export function completeCommand(
  cli: Cli,
  program: readonly Command[],
  options: Readonly<Record<string, ValueOption>> = {},
): Command {
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

/** The shells that have a completion script. */
const shells = ['bash', 'zsh', 'fish', 'powershell'] as const;

type Shell = (typeof shells)[number];

/** The script that makes a shell complete a program. It runs `PROGRAM complete` and reads its output. */
export function formatScript(shell: Shell, program: string): string {
  return scripts[shell].replaceAll('PROGRAM', program);
}

/** The output of `complete` for zsh and fish. The first line is the kind of the completion. */
export function formatCompletion(completion: Completion, shell: Exclude<Shell, 'bash'>): string {
  // Tabs separate fields in both.
  const line = { zsh: formatForZsh, fish: formatForFish, powershell: formatForFish }[shell];
  return formatLines(completion, line, (count) => count);
}

/** The output of `complete` for bash. `typed`: all words of the line, beginning with the program's name. */
function formatForBash(completion: Completion, typed: readonly BashWord[]): string {
  const last = typed.at(-1);
  return formatLines(
    completion,
    ({ text }) => last && formatBashReply(last, text),
    (count) => typed.slice(0, count).reduce((sum, { pieces }) => sum + pieces, 0),
  );
}

function formatLines(
  completion: Completion,
  line: (candidate: Suggestion) => string | undefined,
  wordsIn: (count: number) => number,
): string {
  const { kind } = completion;
  const first = kind === 'command' ? `${kind} ${wordsIn(completion.after + 1)}` : kind;
  const rest = kind === 'words' ? completion.words.map(line).filter((text) => text !== undefined) : [];
  return `${[first, ...rest].join('\n')}\n`;
}

/** In the format of zsh's `_describe`. */
function formatForZsh({ text, description }: Suggestion): string {
  const escaped = text.replace(/[\\:]/g, '\\$&');
  return description === undefined ? escaped : `${escaped}:${description}`;
}

function formatForFish({ text, description }: Suggestion): string {
  return description === undefined ? text : `${text}\t${description}`;
}

/** Also works in bash 3.2 (macOS), which has no mapfile and no compopt. */
const bash = `# Completion of PROGRAM for bash. In ~/.bashrc: eval "$(PROGRAM completion bash)"
_PROGRAM() {
  local line lines=()
  while IFS= read -r line; do
    lines+=("$line")
  done <<<"$(PROGRAM complete bash -- "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null </dev/null)"
  COMPREPLY=()
  case \${lines[0]-} in
    words) COMPREPLY=("\${lines[@]:1}") ;;
    files) type compopt &>/dev/null && compopt -o default ;;
    command\\ *)
      if type _command_offset &>/dev/null; then
        _command_offset "\${lines[0]#command }"
      elif ((COMP_CWORD == \${lines[0]#command })); then
        while IFS= read -r line; do COMPREPLY+=("$line"); done <<<"$(compgen -c -- "\${COMP_WORDS[COMP_CWORD]}")"
      else
        type compopt &>/dev/null && compopt -o default
      fi
      ;;
  esac
}
if type compopt &>/dev/null; then complete -F _PROGRAM PROGRAM; else complete -o default -F _PROGRAM PROGRAM; fi
`;

const zsh = `#compdef PROGRAM
# Completion of PROGRAM for zsh. In ~/.zshrc, after compinit: eval "$(PROGRAM completion zsh)"
_PROGRAM() {
  local -a lines
  lines=("\${(@f)$(PROGRAM complete zsh -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null </dev/null)}")
  case $lines[1] in
    words)
      shift lines
      (( $#lines )) && _describe -V PROGRAM lines
      ;;
    files) _files ;;
    command\\ *)
      shift \${lines[1]#command } words
      (( CURRENT -= \${lines[1]#command } ))
      _normal
      ;;
  esac
}
if [[ $funcstack[1] == _PROGRAM ]]; then _PROGRAM; else compdef _PROGRAM PROGRAM; fi
`;

const fish = `# Completion of PROGRAM for fish. In ~/.config/fish/config.fish: PROGRAM completion fish | source
function __PROGRAM_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l lines (PROGRAM complete fish -- $words[2..-1] 2>/dev/null </dev/null)
    switch "$lines[1]"
        case words
            printf '%s\\n' $lines[2..-1]
        case files
            __fish_complete_path (commandline -ct)
        case 'command *'
            set -l after (string replace 'command ' '' -- $lines[1])
            set -l inner $words[(math $after + 1)..-2]
            complete -C (string join ' ' -- (string escape -- $inner) (commandline -ct))
    end
end
complete -c PROGRAM -f -a '(__PROGRAM_complete)'
`;

/**
 * Works in Windows PowerShell 5.1 too. A word with other characters is quoted, in PowerShell's way, and the words before the
 * cursor are passed without their quotes. PowerShell 5.1 drops empty arguments of programs, so the last word has a \`=\` before it.
 */
const powershell = `# Completion of PROGRAM for PowerShell. In $PROFILE: PROGRAM completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName PROGRAM -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 |
        Where-Object { $_.Extent.EndOffset -lt $cursorPosition -or ($_.Extent.EndOffset -eq $cursorPosition -and $wordToComplete -eq '') } |
        ForEach-Object { if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text } })
    $typed = $wordToComplete -replace "^['\`"]", '' -replace "['\`"]$", ''
    $lines = @(PROGRAM complete powershell -- @words "=$typed" 2>$null)
    if ($lines.Count -eq 0 -or $lines[0] -ne 'words') { return }
    $lines | Select-Object -Skip 1 | ForEach-Object {
        $text, $description = $_ -split "\`t", 2
        if ($text.StartsWith($typed, [System.StringComparison]::OrdinalIgnoreCase)) {
            $quoted = if ($text -match '^[\\w./:@%+=-]+$' -and -not $text.StartsWith('@')) { $text } else { "'" + $text.Replace("'", "''") + "'" }
            $tooltip = if ($description) { $description } else { $text }
            [System.Management.Automation.CompletionResult]::new($quoted, $text, 'ParameterValue', $tooltip)
        }
    }
}
`;

const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish, powershell };

/** A word of a command line, as bash splits it. */
interface BashWord {
  /** Without quotes and escapes. */
  readonly text: string;
  /** The quote that is still open at the end of the word. */
  readonly quote: '' | "'" | '"';
  /** The offset in `text` of what bash's completion treats as the current word, such as the part after a `:`. */
  readonly begin: number;
  /** The number of words that bash's completion counts it as. */
  readonly pieces: number;
}

const startOfWord: BashWord = { text: '', quote: '', begin: 0, pieces: 0 };

/** Splits the line up to the cursor. The last word may be empty. `breaks`: COMP_WORDBREAKS. */
export function readBashLine(line: string, breaks: string): readonly BashWord[] {
  const words: BashWord[] = [];
  let word: BashWord | undefined;
  let breaking: boolean | undefined;
  let outside = 0;
  for (let index = 0; index < line.length; index += 1) {
    const character = line.charAt(index);
    const quote = word?.quote ?? '';
    if (quote === '' && /\s/.test(character)) {
      if (word) words.push(word);
      [word, breaking] = [undefined, undefined];
      continue;
    }
    word ??= startOfWord;
    const isBreak = quote === '' && !/["'\\]/.test(character) && breaks.includes(character);
    if (breaking !== isBreak) word = { ...word, pieces: word.pieces + 1 };
    breaking = isBreak;
    if (character === quote) word = { ...word, quote: '', begin: outside };
    else if (quote === '' && (character === "'" || character === '"')) {
      outside = word.begin;
      word = { ...word, quote: character, begin: word.text.length };
    } else if (character === '\\' && quote !== "'" && (quote === '' || /[$`"\\]/.test(line.charAt(index + 1)))) {
      index += 1;
      word = { ...word, text: word.text + line.charAt(index) };
    } else {
      const text = word.text + character;
      word = { ...word, text, begin: isBreak ? text.length : word.begin };
    }
  }
  return [...words, word ?? startOfWord];
}

/** Returns what bash must insert for the current word to become `text`, or `undefined` if the word doesn't match. */
export function formatBashReply({ text: typed, quote, begin }: BashWord, text: string): string | undefined {
  if (!text.startsWith(typed)) return undefined;
  const rest = text.slice(begin);
  switch (quote) {
    case '':
      return rest.replace(/[^\p{L}\p{N}@%+=:,./_^-]/gu, '\\$&');
    case '"':
      return rest.replace(/[$`"\\!]/g, '\\$&');
    case "'":
      // A single-quoted string can't contain a single quote.
      return rest.includes("'") ? undefined : rest;
  }
}
