import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { examine } from '../../src/app/doctor/examine.ts';
import { replayReport, type SelectionInputs } from '../../src/app/doctor/replay.ts';
import { formatDoctorReport } from '../../src/cli/output/doctor-text.ts';
import { selectGlyphs } from '../../src/cli/output/selection-text.ts';
import { renderLines } from '../../src/cli/output/text.ts';
import { CredentialError } from '../../src/domain/credential-error.ts';
import { anyText, findForbidden, hostileTexts } from '../support/unprintable.ts';
import { World } from './world.ts';

/** The rules for a report that somebody else may have written. */
let inputs: SelectionInputs;
beforeEach(async () => {
  const world = new World();
  world.probe = { kind: 'unsupported', reason: 'binding-missing', evidence: { text: 'not found' } };
  ({ inputs } = JSON.parse(JSON.stringify(await examine(world.context))));
});

/** Replays the inputs after a field, such as `host.folder`, was replaced. */
function replayWith(path: string, value: unknown) {
  const changed = structuredClone(inputs);
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  const parent = keys.reduce<Record<string, unknown>>(
    (object, key) => object[key] as Record<string, unknown>,
    changed as unknown as Record<string, unknown>,
  );
  parent[last] = value;
  return replayReport(JSON.stringify({ inputs: changed }));
}

function catchError(replay: () => unknown): CredentialError | undefined {
  try {
    replay();
    return undefined;
  } catch (error) {
    if (error instanceof CredentialError) return error;
    throw error;
  }
}

const commandFields = ['host.platform', 'host.distribution', 'host.program', 'host.folder'];
const variableFields = ['host.storageVariable', 'host.disableVariable'];
const enumFields = ['candidates.0', 'probes.0.store', 'probes.0.probe.kind', 'probes.0.probe.reason'];

describe('[REP1] a field that could become part of a command is rejected, and not repeated', () => {
  const cases = [...commandFields, ...variableFields, ...enumFields].flatMap((field) =>
    [...hostileTexts, '$(touch owned)', '`touch owned`', 'a; touch owned', '', 17, null, ['a'], { a: 'b' }].map(
      (value) => [field, value] as const,
    ),
  );

  test.each(cases)('%s: %j', (field, value) => {
    const error = catchError(() => replayWith(field, value));
    expect(error?.code).toBe('invalid-input');
    expect(error?.message).toContain(`inputs.${field.split('.').slice(0, 2).join('.')}`);
    if (typeof value === 'string' && value !== '') expect(error?.message).not.toContain(value);
    expect(error?.message).not.toMatch(/owned|evil/);
  });

  test.each([
    ['host.folder', 'relative/folder'],
    ['host.folder', `/${'x'.repeat(5000)}`],
    ['host.folder', 'C:\\Users\\$(calc)'],
    ['host.folder', 'C:\\Users\\" & calc & "'],
    ['host.folder', 'C:\\Users\\%COMSPEC%'],
    ['host.storageVariable', 'PATH'],
    ['host.disableVariable', 'LD_PRELOAD'],
    ['host.disableVariable', 'A=1 B_DISABLE_KEYRING'],
    ['host.program', '--help'],
    ['host.program', 'x'.repeat(101)],
    ['policy.preference', 'x'.repeat(5000)],
    ['probes.0.probe.evidence.text', 'x'.repeat(5000)],
    ['probes', Array(100).fill({ store: 'pass', probe: { kind: 'usable', persistence: 'until-delete' } })],
    ['candidates', Array(100).fill('pass')],
  ])('%s: %s', (field, value) => {
    const error = catchError(() => replayWith(field, value));
    expect(error).toMatchObject({ code: 'invalid-input' });
    expect(error?.message).toBe(`invalid doctor report: the field inputs.${field} is missing or invalid`);
  });
});

test.each([
  ['host.folder', '/usr/lib/node_modules/keystow'],
  ['host.folder', "/home/Zoë O'Neil/.nvm/versions/node/v24.1.0/lib/node_modules/keystow"],
  ['host.folder', 'C:\\Program Files (x86)\\nodejs\\node_modules\\keystow'],
  ['host.folder', '\\\\server\\share\\keystow'],
  ['host.program', 'acme-cli_2.0'],
  ['host.storageVariable', 'ACME_STORAGE'],
  ['host.disableVariable', '_ACME_DISABLE_KEYRING'],
  ['host.platform', 'freebsd'],
  ['policy.preference', 'vault'],
])('a real report can have %s: %s', (field, value) => {
  expect(replayWith(field, value).inputs).toBeDefined();
});

test('a report that is too long is rejected before it is parsed', () => {
  const text = JSON.stringify({ inputs, padding: 'x'.repeat(300_000) });
  expect(catchError(() => replayReport(text))?.message).toBe('invalid doctor report: it is too long');
});

test('[REP2] whatever a report contains, the text printed about it has no control or format characters', () => {
  const fields = [
    ...commandFields,
    ...variableFields,
    ...enumFields,
    'policy.preference',
    'probes.0.probe.evidence.text',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...fields), anyText, fc.boolean(), (field, text, explain) => {
      const error = catchError(() => {
        const report = replayWith(field, text);
        const lines = formatDoctorReport(report, { width: 80, explain, glyphs: selectGlyphs({}, 'win32', false) });
        expect(findForbidden(renderLines(lines))).toEqual([]);
      });
      expect(findForbidden(error?.message ?? '')).toEqual([]);
    }),
  );
});
