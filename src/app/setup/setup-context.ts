import { CredentialError } from '../../domain/credential-error.ts';
import type { YamlNode } from '../../domain/formats/yaml.ts';
import type { Machine, SetupInput, SetupTool } from '../../domain/setup/setup-tool.ts';
import type { Clock, Mutex } from '../../ports/system.ts';
import type { ConfigFile, ConfigFiles, Executables, SetupRecords } from '../../ports/tool-files.ts';

/** What setting up other tools works with. */
export interface SetupContext {
  readonly machine: Machine;
  readonly files: ConfigFiles;
  readonly records: SetupRecords;
  readonly executables: Executables;
  /** Loads the parser. Invalid YAML → its function throws `file-damaged`. */
  loadYamlParser(): Promise<(text: string) => YamlNode>;
  /** The lock of the records and of everything that setup writes. */
  readonly lock: Mutex;
  readonly clock: Clock;
}

/** What a tool's plan is computed from, and the files as they were read. */
export interface ReadSetup {
  readonly input: SetupInput;
  readonly files: ReadonlyMap<string, ConfigFile>;
}

export async function readSetup(
  { machine, files, executables, loadYamlParser }: SetupContext,
  tool: SetupTool,
  target: string | undefined,
): Promise<ReadSetup> {
  const read = new Map<string, ConfigFile>();
  for (const path of tool.locate(machine, target)) {
    if (!read.has(path)) read.set(path, await files.read(path, `configuration of ${tool.id}`));
  }
  const texts = new Map([...read].map(([path, { text }]) => [path, text]));
  const parseYaml = tool.id === 'kubectl' ? await loadYamlParser() : rejectYaml;
  const input: SetupInput = {
    machine,
    target,
    files: texts,
    findExecutable: executables.findOwn,
    findOnPath: executables.findOnPath,
    parseYaml,
  };
  return { input, files: read };
}

function rejectYaml(): never {
  throw new CredentialError('file-damaged', 'no other tool has a configuration in YAML');
}
