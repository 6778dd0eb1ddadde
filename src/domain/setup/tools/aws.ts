import {
  addIniLine,
  findIniEntries,
  type Ini,
  parseIni,
  pythonIni,
  removeIniEntries,
  replaceIniEntries,
} from '../../formats/ini.ts';
import { quoteForShell } from '../../text/quote.ts';
import { joinPath, type SetupInput, type SetupTool, setUp, toCommandWord } from '../setup-tool.ts';

const key = 'credential_process';

/** `credential_process` of a profile: AWS SDKs and Tools Reference Guide, "Process credential provider". */
export const awsTool: SetupTool = {
  id: 'aws',
  title: 'the AWS CLI and the AWS SDKs',
  commands: ['aws'],
  target: 'a profile; without it: default',
  // Some SDKs end the section's name at the first ], or take the rest for a comment.
  targetPattern: /^[^\][#;]+$/,
  locate(machine) {
    const { AWS_CONFIG_FILE: chosen } = machine.environment;
    return [chosen || joinPath(machine, machine.home, '.aws', 'config')];
  },
  plan(input) {
    const { machine, files, target } = input;
    const [path = ''] = awsTool.locate(machine, target);
    const text = files.get(path) ?? '';
    const ini = parseIni(text, pythonIni);
    const section = findSection(ini, target);
    const entries = findIniEntries(ini, section, key);
    if (entries.some(({ value }) => isOurs(value))) return setUp;
    const line = `${key} = ${formatCommand(input)}`;
    const edits = entries.length > 0 ? replaceIniEntries(text, entries, line) : [addIniLine(text, ini, section, line)];
    const keys = ini.entries.filter((entry) => entry.section === section && strongerKeys.includes(entry.key));
    return {
      state: entries.length > 0 ? 'other-helper' : 'not-set-up',
      changes: [{ kind: 'edit', path, edits }],
      others:
        entries.length > 0 ? [`the profile ${target ?? 'default'} has another ${key}, which becomes a comment`] : [],
      notes: [
        ...keys.map(({ key }) => `the AWS CLI uses ${key} of this profile before keystow`),
        'access keys of this profile in ~/.aws/credentials are used before keystow; remove them once keystow has them',
      ],
    };
  },
  unset(text, { target }) {
    const ini = parseIni(text, pythonIni);
    const entries = findIniEntries(ini, findSection(ini, target), key);
    return removeIniEntries(
      text,
      entries.filter(({ value }) => isOurs(value)),
    );
  },
};

/** What the AWS CLI asks before a process: the order of botocore's credentials.py. */
const strongerKeys = ['role_arn', 'web_identity_token_file', 'sso_session', 'sso_account_id'];

/** The section of a profile as the file spells it, or as a new one. */
function findSection({ sections }: Ini, profile = 'default'): string {
  const names = sections.map(({ name }) => name);
  if (profile === 'default' && names.includes(profile)) return profile;
  return names.find((name) => parseProfile(name) === profile) ?? formatSection(profile);
}

/** `profile work`, `profile "my work"`: words as in a shell. */
function parseProfile(section: string): string | undefined {
  const [, double, single, plain] = /^profile\s+(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+))\s*$/.exec(section.trim()) ?? [];
  return double?.replace(/\\(["\\])/g, '$1') ?? single ?? plain;
}

function formatSection(profile: string): string {
  if (profile === 'default') return profile;
  return `profile ${/^[^\s"'\\]+$/.test(profile) ? profile : `"${profile.replace(/["\\]/g, '\\$&')}"`}`;
}

/** The SDKs split it as a shell does, without running one. */
function formatCommand({ target = 'default', findExecutable }: SetupInput): string {
  return `${quoteForShell(toCommandWord(findExecutable('keystow')))} helper aws ${quoteForShell(target)}`;
}

function isOurs(value: string): boolean {
  return /keystow(\.\w+)?['"]?\s+helper\s+aws\b/.test(value);
}
