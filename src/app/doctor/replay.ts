import * as v from 'valibot';
import { CredentialError } from '../../domain/credential-error.ts';
import { distributions, elevations, type HostInfo, platforms } from '../../domain/host-info.ts';
import {
  deniers,
  type ProbeResult,
  persistences,
  providers,
  serviceFailureReasons,
  unsupportedReasons,
  untrustedBuses,
} from '../../domain/selection/probe-result.ts';
import { replaySelection } from '../../domain/selection/selection.ts';
import { type CandidateId, candidateIds } from '../../domain/store-id.ts';
import { parseJson } from '../../domain/text/encodings.ts';
import { isPrintable } from '../../domain/text/escape.ts';
import { reportSelection, type SelectionReport } from './selection-report.ts';

/** Longer than any real report. In UTF-16 code units. */
export const maxReportLength = 256 * 1024;

/** Text that is only shown. The output escapes it. */
const shownText = v.pipe(v.string(), v.maxLength(1024));

/** Like the names of variables, part of commands that users are told to run: it can only be a name. */
const programName = v.pipe(
  v.string(),
  v.maxLength(120),
  v.regex(/^(?:keystow --application )?(?=.{1,100}$)(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/i),
);

/** A name that `nameVariables` returns: no report can make a command set or unset any other variable. */
function variableName(suffix: string) {
  return v.pipe(v.string(), v.maxLength(100), v.regex(new RegExp(`^[A-Z_][A-Z0-9_]*_${suffix}$`, 'i')));
}

/** An absolute path without characters that are special between quotation marks, of either shell of Windows or of sh. */
const folderPath = v.pipe(
  v.string(),
  v.maxLength(4096),
  v.regex(/^(?:\/|\\\\|[a-z]:[\\/])[^"“”„`$%!]*$/i),
  v.check(isPrintable),
);

const evidence = v.exactOptional(
  v.object({
    provider: v.exactOptional(v.picklist(providers)),
    switchedOff: v.exactOptional(v.boolean()),
    suspended: v.exactOptional(v.boolean()),
    asksEachTime: v.exactOptional(v.boolean()),
    busMissing: v.exactOptional(v.boolean()),
    hasKeyring: v.exactOptional(v.boolean()),
    busDisabled: v.exactOptional(v.boolean()),
    busSilent: v.exactOptional(v.boolean()),
    deniedBy: v.exactOptional(v.picklist(deniers)),
    otherBus: v.exactOptional(shownText),
    untrustedBus: v.exactOptional(v.picklist(untrustedBuses)),
    dismissed: v.exactOptional(v.boolean()),
    text: v.exactOptional(shownText),
  }),
);

const probe: v.GenericSchema<unknown, ProbeResult> = v.variant('kind', [
  v.object({ kind: v.literal('usable'), persistence: v.picklist(persistences), evidence }),
  v.object({ kind: v.literal('unsupported'), reason: v.picklist(unsupportedReasons), evidence }),
  v.object({ kind: v.literal('service-failure'), reason: v.picklist(serviceFailureReasons), evidence }),
]);

const candidate = v.picklist(candidateIds);

const host: v.GenericSchema<unknown, HostInfo> = v.object({
  platform: v.picklist(platforms),
  distribution: v.picklist(distributions),
  program: programName,
  folder: folderPath,
  storageVariable: variableName('STORAGE'),
  disableVariable: variableName('DISABLE_KEYRING'),
  elevation: v.exactOptional(v.picklist(elevations)),
});

/** A report lists each of them once. */
const maxCandidates = candidateIds.length;

const selectionInputs = v.object({
  policy: v.object({ preference: shownText, keyringDisabled: v.boolean() }),
  candidates: v.pipe(v.array(candidate), v.maxLength(maxCandidates)),
  probes: v.pipe(v.array(v.object({ store: candidate, probe })), v.maxLength(maxCandidates)),
  host,
  interactive: v.boolean(),
});

/** What a selection and its report are made from, and `interactive`, which doesn't change them but explains the probes. */
export type SelectionInputs = v.InferOutput<typeof selectionInputs>;

/** Selects a store again, from the inputs of a saved report. Works on any machine. */
export function replayReport(text: string): { readonly selection: SelectionReport; readonly inputs: SelectionInputs } {
  const inputs = parseSelectionInputs(text);
  const seen = new Map(inputs.probes.map(({ store, probe }) => [store, probe]));
  const result = replaySelection(inputs.policy, inputs.candidates, (store: CandidateId) => seen.get(store));
  if (result === undefined) throw invalidReportError('it is missing the result of a probe that the selection needs');
  return { selection: reportSelection(result, inputs.host), inputs };
}

/**
 * Parses the inputs out of what `doctor --json` printed. Anything else → `invalid-input`, naming the invalid field but not
 * repeating it: somebody else may have written the report.
 */
function parseSelectionInputs(text: string): SelectionInputs {
  if (text.length > maxReportLength) throw invalidReportError('it is too long');
  const report = parseJson(text);
  if (report === undefined) throw invalidReportError('it is not JSON');
  const result = v.safeParse(v.object({ inputs: selectionInputs }), report);
  if (result.success) return result.output.inputs;
  const [issue] = result.issues;
  throw invalidReportError(`the field ${v.getDotPath(issue) ?? 'inputs'} is missing or invalid`);
}

function invalidReportError(why: string): CredentialError {
  return new CredentialError('invalid-input', `invalid doctor report: ${why}`, {
    hint: 'save a report with: doctor --json >report.json',
  });
}
