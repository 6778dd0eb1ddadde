import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GenericContainer, Wait } from 'testcontainers';
import { imageOf } from './images.ts';
import { labels } from './leftovers.ts';
import type { Situation } from './situations.ts';

const root = resolve(import.meta.dirname, '../..');

/** How long a command of keystow may take before it counts as one that never ends, on a busy machine too, in seconds. */
const limitSeconds = 30;

/**
 * The script of the situation has become the image's command. A line that it logs would be missed after a restart, where
 * it is logged before Docker notes when the container started.
 */
const isThere = "pgrep --exact --full 'sleep infinity'";

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

/** A container with a situation in it, and alice, an ordinary user, whose home it is. */
export interface Container {
  /** Runs a line of shell as alice, who is not there to answer. Rejects where it does not end within its limit. */
  run(line: string, seconds?: number): Promise<Run>;
  /** Ends everything in it and brings the situation up again. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface Home {
  /** A volume that outlives the container. */
  readonly volume?: string;
  readonly readOnly?: boolean;
  /** Options of a file system in memory, as of mount(8). */
  readonly inMemory?: string;
}

export async function startContainer(situation: Situation, home: Home = {}): Promise<Container> {
  const { folder, environment = {}, keyctl, bindingRemoved, befalls } = situation;
  const image = new GenericContainer(await imageOf(folder))
    .withLabels(labels)
    .withNetworkMode('none')
    .withEnvironment({ ...environment })
    .withBindMounts([
      { source: root, target: '/keystow', mode: 'ro' },
      ...(home.volume === undefined
        ? []
        : [{ source: home.volume, target: '/home/alice', mode: home.readOnly ? 'ro' : 'rw' } as const]),
    ])
    .withTmpFs({
      ...(bindingRemoved && { '/keystow/node_modules/@napi-rs': 'ro' }),
      ...(home.inMemory !== undefined && { '/home/alice': home.inMemory }),
    })
    .withSecurityOpt(
      ...(keyctl ? [`seccomp=${readFileSync(join(root, 'docker/seccomp-with-keyctl.json'), 'utf8')}`] : []),
    )
    .withWaitStrategy(Wait.forSuccessfulCommand(isThere))
    .withStartupTimeout(120_000);
  const container = await image.start();

  async function run(line: string, seconds = limitSeconds): Promise<Run> {
    const { stdout, stderr, exitCode } = await container.exec([
      ...['timeout', '--signal=KILL', String(seconds)],
      ...['bash', '-c', line],
    ]);
    if (exitCode === 137) throw new Error(`did not end within ${seconds} s: ${line}\n${stdout}${stderr}`);
    return { stdout, stderr, exit: exitCode };
  }

  if (befalls !== undefined) await run(befalls);
  return {
    run,
    restart: () => container.restart(),
    stop: async () => void (await container.stop()),
  };
}
