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
import { candidateIds } from '../../domain/store-id.ts';
import { parseJson } from '../../domain/text/json.ts';

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

/** Everything that a choice and its report were made from. */
export type SelectionInputs = v.InferOutput<typeof selectionInputs>;

/** Reads the facts out of what `doctor --json` printed. Anything else → `invalid-input`, saying what is wrong where. */
export function parseSelectionInputs(text: string): SelectionInputs {
  const report = parseJson(text);
  if (report === undefined) throw invalidReport('it is not JSON');
  const result = v.safeParse(v.object({ inputs: selectionInputs }), report);
  if (result.success) return result.output.inputs;
  const [issue] = result.issues;
  throw invalidReport(`${v.getDotPath(issue) ?? 'it'}: ${issue.message}`);
}

function invalidReport(why: string): CredentialError {
  return new CredentialError('invalid-input', `this is no doctor report: ${why}`, {
    hint: 'save one with: doctor --json > report.json',
  });
}
