import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GenericContainer, Wait } from 'testcontainers';
import { buildImage } from './images.ts';
import { labels } from './leftovers.ts';
import type { Situation } from './situations.ts';

const root = resolve(import.meta.dirname, '../..');

/** Limit for one command, in seconds: long enough for a busy machine. */
const limitSeconds = 30;

/**
 * Succeeds once the situation's script has ended in the image's command. A log line can't be used instead: after a restart
 * it may be logged before Docker records the start of the container.
 */
const isReady = "pgrep --exact --full 'sleep infinity'";

export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

/** A container in one situation, with an ordinary user, alice. */
export interface Container {
  /** Runs a shell command as alice, non-interactively. Rejects if it exceeds its limit. */
  run(line: string, seconds?: number): Promise<Run>;
  /** Restarts the container and its situation. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface Home {
  /** A volume that outlives the container. */
  readonly volume?: string;
  readonly readOnly?: boolean;
  /** Mount options (mount(8)) of a tmpfs. */
  readonly inMemory?: string;
}

export async function startContainer(situation: Situation, home: Home = {}): Promise<Container> {
  const { folder, environment = {}, keyctl, bindingRemoved, afterStart } = situation;
  const image = new GenericContainer(await buildImage(folder))
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
    .withWaitStrategy(Wait.forSuccessfulCommand(isReady))
    .withStartupTimeout(120_000);
  const container = await image.start();

  async function run(line: string, seconds = limitSeconds): Promise<Run> {
    const { stdout, stderr, exitCode } = await container.exec([
      ...['timeout', '--signal=KILL', String(seconds)],
      ...['bash', '-c', line],
    ]);
    if (exitCode === 137) throw new Error(`still running after ${seconds} s: ${line}\n${stdout}${stderr}`);
    return { stdout, stderr, exit: exitCode };
  }

  if (afterStart !== undefined) await run(afterStart);
  return {
    run,
    restart: () => container.restart(),
    stop: async () => void (await container.stop()),
  };
}
