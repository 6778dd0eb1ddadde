import * as v from 'valibot';
import { CredentialError } from '../../domain/credential-error.ts';
import { distributions } from '../../domain/host-info.ts';
import {
  type ProbeResult,
  persistences,
  providers,
  serviceFailureReasons,
  unsupportedReasons,
} from '../../domain/selection/probe-result.ts';
import { replaySelection } from '../../domain/selection/selection.ts';
import { type CandidateId, candidateIds } from '../../domain/store-id.ts';
import { parseJson } from '../../domain/text/json.ts';
import { reportSelection, type SelectionReport } from './selection-report.ts';

const evidence = v.exactOptional(
  v.object({
    provider: v.exactOptional(v.picklist(providers)),
    switchedOff: v.exactOptional(v.boolean()),
    asksEachTime: v.exactOptional(v.boolean()),
    busMissing: v.exactOptional(v.boolean()),
    busSilent: v.exactOptional(v.boolean()),
    dismissed: v.exactOptional(v.boolean()),
    text: v.exactOptional(v.string()),
  }),
);

const probe: v.GenericSchema<unknown, ProbeResult> = v.variant('kind', [
  v.object({ kind: v.literal('usable'), persistence: v.picklist(persistences), evidence }),
  v.object({ kind: v.literal('unsupported'), reason: v.picklist(unsupportedReasons), evidence }),
  v.object({ kind: v.literal('service-failure'), reason: v.picklist(serviceFailureReasons), evidence }),
]);

const candidate = v.picklist(candidateIds);

const selectionInputs = v.object({
  policy: v.object({ preference: v.string(), keyringDisabled: v.boolean() }),
  candidates: v.array(candidate),
  probes: v.array(v.object({ store: candidate, probe })),
  host: v.object({
    platform: v.string(),
    distribution: v.picklist(distributions),
    program: v.string(),
    folder: v.string(),
    storageVariable: v.string(),
    disableVariable: v.string(),
  }),
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
  return { selection: reportSelection(result, inputs.policy, inputs.host), inputs };
}

/** Parses the inputs out of what `doctor --json` printed. Anything else → `invalid-input`, naming the invalid field. */
function parseSelectionInputs(text: string): SelectionInputs {
  const report = parseJson(text);
  if (report === undefined) throw invalidReportError('it is not JSON');
  const result = v.safeParse(v.object({ inputs: selectionInputs }), report);
  if (result.success) return result.output.inputs;
  const [issue] = result.issues;
  throw invalidReportError(`${v.getDotPath(issue) ?? 'it'}: ${issue.message}`);
}

function invalidReportError(why: string): CredentialError {
  return new CredentialError('invalid-input', `invalid doctor report: ${why}`, {
    hint: 'create one with: doctor --json > report.json',
  });
}
