import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecretService } from '../src/adapters/secret-service/secret-service.ts';
import { Secret } from '../src/domain/secret.ts';
import { fillFile, makeNames, newHome, recordAll, token } from './homes.ts';
import { get, keystow, nodeAlone } from './keystow.ts';
import { type Measured, measure, ratio } from './measure.ts';
import { heading, ms, row, type Section, times } from './page.ts';

const inFile = [10, 100, 1_000, 10_000];
const inKeyring = [10, 100, 1_000];

/** Times reads and writes with a growing number of credentials in the encrypted file. */
export async function scaleOfFile(runs: number): Promise<Section> {
  const environment = { KEYSTOW_STORAGE: 'file' };
  const homes = await Promise.all(
    inFile.map(async (count) => {
      const [read, written] = [newHome(environment), newHome(environment)];
      for (const { HOME } of [read, written]) await fillFile(HOME, 'home', count);
      return { count, read, written };
    }),
  );
  const reads = measure(
    homes.map(({ count, read }) => get(`${count}`, read)),
    runs,
  );
  const writes = measure(
    homes.map(({ count, written }) => keystow(`${count}`, ['set', 'new.example', 'bench'], written, 'x')),
    Math.ceil(runs / 3),
  );
  const section = table('Credentials in the file', inFile, reads, writes);
  const largest = await largestFile(Math.ceil(runs / 6));
  return { text: [...section.text, ...largest.text], goals: [...section.goals, ...largest.goals] };
}

/** The most credentials that a file can have, with secrets of a size that makes it nearly as large as a file can be. */
const mostCredentials = 100_000;
const mostText = token.slice(0, 330);
const limitMs = 5_000;

/** Times what a planted file can cost. */
async function largestFile(runs: number): Promise<Section> {
  const home = newHome({ KEYSTOW_STORAGE: 'file' });
  await fillFile(home.HOME, 'home', mostCredentials, mostText);
  const { size } = statSync(join(home.HOME, '.config/keystow/credentials.json'));
  const [read, all] = ['`get`', '`list`, which parses all of it'];
  const measured = measure([get(read, home), keystow(all, ['list'], home)], runs);
  const title = `The largest file: ${mostCredentials.toLocaleString('en')} credentials, ${Math.round(size / 2 ** 20)} MiB`;
  return {
    text: [
      heading(title),
      row('', 'median ms', 'peak MiB'),
      row('---', '--:', '--:'),
      ...[...measured.values()].map(({ name, medianMs, peakMiB }) => row(name, ms(medianMs), peakMiB.toFixed(1))),
    ],
    goals: [...measured.values()].map(({ name, medianMs }) => ({
      what: `${title}: ${name}, ms`,
      value: medianMs,
      atMost: limitMs,
    })),
  };
}

/** Does the same in the Secret Service, which is filled step by step. */
export async function scaleOfKeyring(session: Readonly<Record<string, string>>, runs: number): Promise<Section> {
  const interaction = { interactive: false, notifyWaiting: () => undefined };
  const store = createSecretService({
    environment: session,
    sentinelService: 'keystow',
    interaction,
    timeoutMs: 60_000,
  });
  const env = newHome(session);
  const [reads, writes] = [new Map<string, Measured>(), new Map<string, Measured>()];
  const node = nodeAlone(env);
  let filled = 1;
  for (const count of inKeyring) {
    const names = makeNames(count);
    for (const each of names.slice(filled)) await store.set(each, new Secret(randomBytes(768)));
    filled = count;
    recordAll(env.HOME, 'secret-service', count);
    // Paired with node, because keyrings of different sizes can't be measured in turn.
    const measured = measure([node, get(`${count}`, env)], runs);
    reads.set(`${count}`, toNodeMultiples(measured, `${count}`, node.name));
    const written = measure(
      [node, keystow(`${count}`, ['set', 'new.example', 'bench'], env, 'x')],
      Math.ceil(runs / 3),
    );
    writes.set(`${count}`, toNodeMultiples(written, `${count}`, node.name));
  }
  await store.close();
  return table('Credentials in the Secret Service', inKeyring, reads, writes);
}

/** Converts a measurement into multiples of node's, so that it compares with one taken at another time. */
function toNodeMultiples(measured: ReadonlyMap<string, Measured>, name: string, node: string): Measured {
  const [one, alone] = [measured.get(name) as Measured, measured.get(node) as Measured];
  return { ...one, runsMs: one.runsMs.map((each, turn) => each / (alone.runsMs[turn] ?? Number.NaN)) };
}

function table(
  title: string,
  counts: readonly number[],
  reads: ReadonlyMap<string, Measured>,
  writes: ReadonlyMap<string, Measured>,
): Section {
  const of = (measured: ReadonlyMap<string, Measured>, count: number) => measured.get(`${count}`) as Measured;
  const least = of(reads, counts[0] ?? 0);
  const growth = (count: number) => ratio(of(reads, count), least);
  const writeGrowth = (count: number) => ratio(of(writes, count), of(writes, counts[0] ?? 0));
  return {
    text: [
      heading(title),
      row('credentials', 'get, median ms', '× get with 10', 'peak MiB', 'set, median ms'),
      row('--:', '--:', '--:', '--:', '--:'),
      ...counts.map((count) => {
        const read = of(reads, count);
        const { medianMs } = of(writes, count);
        return row(`${count}`, ms(read.medianMs), times(growth(count)), read.peakMiB.toFixed(1), ms(medianMs));
      }),
    ],
    goals: counts
      .filter((count) => count >= 1_000)
      .map((count) => ({
        what: `${title}: get with ${count.toLocaleString('en')}, × get with 10`,
        value: growth(count),
        atMost: count === 1_000 ? 1.5 : 2,
      }))
      .concat(
        counts.includes(10_000)
          ? [{ what: `${title}: set with 10,000, × set with 10`, value: writeGrowth(10_000), atMost: 2 }]
          : [],
      ),
  };
}
