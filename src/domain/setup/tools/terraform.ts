import { CredentialError } from '../../credential-error.ts';
import { appendLines, disableLines, type Edit, removeLines } from '../../formats/edits.ts';
import { type HclBlock, parseHcl } from '../../formats/hcl.ts';
import { findLineStart } from '../../text/lines.ts';
import { formatLauncher, joinPath, type Machine, planLauncher, type SetupTool, setUp } from '../setup-tool.ts';

const executable = 'terraform-credentials-keystow';

const line = 'credentials_helper "keystow" {}';

/** A `credentials_helper` block, and the helper in the folder where terraform looks for it ("CLI configuration file"). */
export const terraformTool: SetupTool = {
  id: 'terraform',
  title: 'terraform, and tofu if it has no configuration of its own',
  commands: ['terraform', 'tofu'],
  locate: (machine) => [locateConfig(machine), locateHelper(machine)],
  plan({ machine, files, findExecutable }) {
    const path = locateConfig(machine);
    const text = files.get(path) ?? '';
    const blocks = parseConfig(text);
    const helpers = blocks.filter(({ name }) => name === 'credentials_helper');
    const others = helpers.filter(({ labels }) => labels[0] !== 'keystow');
    const launcher = formatLauncher(findExecutable(executable), []);
    const scripts = planLauncher(files, locateHelper(machine), launcher);
    const isConfigured = helpers.length > others.length;
    if (isConfigured && scripts.length === 0) return setUp;
    const edits = isConfigured
      ? []
      : [...others.flatMap((block) => disableBlock(text, block)), appendLines(text, [line])];
    return {
      state: others.length > 0 ? 'other-helper' : 'not-set-up',
      changes: [...scripts, ...(edits.length > 0 ? [{ kind: 'edit', path, edits } as const] : [])],
      others: others.map(({ labels }) => `terraform has one helper at most, so ${labels[0]} becomes a comment`),
      notes: blocks
        .filter(({ name }) => name === 'credentials')
        .map(({ labels }) => `terraform uses the token of ${labels[0]} in ${path} before keystow`),
    };
  },
  unset: (text) =>
    parseConfig(text)
      .filter(({ name, labels }) => name === 'credentials_helper' && labels[0] === 'keystow')
      .map(({ start, end }) => removeLines(text, start, end)),
};

function locateConfig(machine: Machine): string {
  const { environment, platform, home } = machine;
  const chosen = environment.TF_CLI_CONFIG_FILE || environment.TERRAFORM_CONFIG;
  if (chosen) return chosen;
  return platform === 'win32' && environment.APPDATA
    ? joinPath(machine, environment.APPDATA, 'terraform.rc')
    : joinPath(machine, home, '.terraformrc');
}

function locateHelper(machine: Machine): string {
  const { environment, platform, home } = machine;
  return platform === 'win32' && environment.APPDATA
    ? joinPath(machine, environment.APPDATA, 'terraform.d', 'plugins', `${executable}.cmd`)
    : joinPath(machine, home, '.terraform.d', 'plugins', executable);
}

function parseConfig(text: string): readonly HclBlock[] {
  if (!/^\s*\{/.test(text)) return parseHcl(text).filter((node) => node.kind === 'block');
  throw new CredentialError('file-refused', 'the configuration of terraform is JSON, which keystow does not edit', {
    hint: 'add the member yourself: "credentials_helper": { "keystow": {} }',
  });
}

/** Turns the lines of a block into comments, if nothing else is on them. */
function disableBlock(text: string, { start, end }: HclBlock): readonly Edit[] {
  const before = text.slice(findLineStart(text, start), start);
  const behind = /^[^\n]*/.exec(text.slice(end))?.[0] ?? '';
  if (before.trim() === '' && /^\s*((#|\/\/).*)?$/.test(behind)) return disableLines(text, start, end);
  throw new CredentialError(
    'file-refused',
    'the other credentials_helper of terraform is on a line with something else',
    {
      hint: 'remove it, and run this again',
    },
  );
}
