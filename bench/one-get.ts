import { fillFile, newHome, passphrase, recordAll } from './homes.ts';
import { get, nodeAlone } from './keystow.ts';
import { excessMs, type Measured, measure, ratio } from './measure.ts';
import { bindingLabel, others } from './others.ts';
import type { Section } from './page.ts';
import { heading, ms, row, times } from './page.ts';

export const labels = {
  secretService: '**keystow get**, Secret Service',
  home: '**keystow get**, file with key source home',
  passphrase: '**keystow get**, file with key source passphrase',
} as const;

/** Times one read of a 1 KB token by keystow and by other tools. */
export async function oneGet(session: Readonly<Record<string, string>>, runs: number): Promise<Section> {
  const home = newHome();
  const node = nodeAlone(home);
  const overBus = newHome(session);
  recordAll(overBus.HOME, 'secret-service', 1);
  await fillFile(home.HOME, 'home', 1);
  const typed = newHome({ KEYSTOW_ALLOW_ENV_PASSPHRASE: '1', KEYSTOW_CREDENTIALS_PASSPHRASE: passphrase });
  await fillFile(typed.HOME, 'passphrase', 1);
  const subjects = [
    node,
    get(labels.secretService, overBus),
    get(labels.home, home),
    get(labels.passphrase, typed),
    ...others(session),
  ];
  const measured = measure(subjects, runs);
  const of = (name: string) => measured.get(name) as Measured;
  const [alone, bare] = [of(node.name), of(bindingLabel)];
  const hasArgon2 = 'argon2' in process.getBuiltinModule('node:crypto');
  const perPassphrase = excessMs(of(labels.passphrase), of(labels.home));
  const perPassphraseLimit = hasArgon2 ? 100 : 450;
  return {
    text: [
      heading('One read of a token'),
      row('', 'min ms', 'median ms', '× `node -e 0`', '× the binding', 'peak MiB'),
      row('---', '--:', '--:', '--:', '--:', '--:'),
      ...[...measured.values()].map((one) =>
        row(
          one.name,
          ms(one.minMs),
          ms(one.medianMs),
          times(ratio(one, alone)),
          times(ratio(one, bare)),
          one.peakMiB.toFixed(1),
        ),
      ),
    ],
    goals: [
      { what: `${labels.secretService}, × the binding`, value: ratio(of(labels.secretService), bare), atMost: 1 },
      { what: `${labels.secretService}, × \`node -e 0\``, value: ratio(of(labels.secretService), alone), atMost: 1.5 },
      { what: `${labels.home}, × \`node -e 0\``, value: ratio(of(labels.home), alone), atMost: 1.25 },
      { what: `${labels.secretService}, peak MiB`, value: of(labels.secretService).peakMiB, atMost: 45 },
      { what: `${labels.home}, peak MiB`, value: of(labels.home).peakMiB, atMost: 45 },
      {
        what: `opening with a passphrase, additional ms, ${hasArgon2 ? 'with' : 'without'} Node's own argon2`,
        value: perPassphrase,
        atMost: perPassphraseLimit,
      },
    ],
  };
}
