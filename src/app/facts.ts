import * as v from 'valibot';
import { CredentialError } from '../domain/credential-error.ts';
import { parseJson } from '../domain/json.ts';
import { persistences } from '../domain/persistence.ts';
import { type Probe, providers, serviceFailureReasons, unsupportedReasons } from '../domain/probe.ts';
import { candidateIds } from '../domain/store-id.ts';
import { distributions } from '../domain/surroundings.ts';

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

const probe: v.GenericSchema<unknown, Probe> = v.variant('kind', [
  v.object({ kind: v.literal('usable'), persistence: v.picklist(persistences), evidence }),
  v.object({ kind: v.literal('unsupported'), reason: v.picklist(unsupportedReasons), evidence }),
  v.object({ kind: v.literal('service-failure'), reason: v.picklist(serviceFailureReasons), evidence }),
]);

const candidate = v.picklist(candidateIds);

const facts = v.object({
  policy: v.object({ preference: v.string(), keyringDisabled: v.boolean() }),
  candidates: v.array(candidate),
  probes: v.array(v.object({ store: candidate, probe })),
  where: v.object({
    platform: v.string(),
    distribution: v.picklist(distributions),
    program: v.string(),
    folder: v.string(),
    storageVariable: v.string(),
    disableVariable: v.string(),
  }),
  attended: v.boolean(),
});

/** Everything that a choice and its report were made from. */
export type Facts = v.InferOutput<typeof facts>;

/** Reads the facts out of what `doctor --json` printed. Anything else → `invalid-input`, saying what is wrong where. */
export function parseFacts(text: string): Facts {
  const report = parseJson(text);
  if (report === undefined) throw noReport('it is not JSON');
  const result = v.safeParse(v.object({ facts }), report);
  if (result.success) return result.output.facts;
  const [issue] = result.issues;
  throw noReport(`${v.getDotPath(issue) ?? 'it'}: ${issue.message}`);
}

function noReport(why: string): CredentialError {
  return new CredentialError('invalid-input', `this is no doctor report: ${why}`, {
    hint: 'save one with: doctor --json > report.json',
  });
}
