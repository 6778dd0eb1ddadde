import { assertNever } from '../../domain/assert-never.ts';
import { type ParsedPlacement, parsePlacement } from '../../domain/placement/placement-codec.ts';
import type { PlacementSnapshot } from '../../ports/placement-repository.ts';
import type { KeptFile } from '../files/file-errors.ts';
import { type ReadOptions, readGuarded } from '../files/read-file.ts';

// No notice of loose permissions: they are tightened, and there was no secret to see.
const reading: ReadOptions = { maxBytes: 64 * 1024 * 1024, notice: () => undefined };

export async function parseFile(file: KeptFile): Promise<ParsedPlacement | undefined> {
  const text = await readGuarded(file, reading);
  return text === undefined ? undefined : parsePlacement(text);
}

export function rememberedOf(parsed: ParsedPlacement | undefined): PlacementSnapshot {
  if (parsed === undefined) return { placement: [], state: 'absent' };
  switch (parsed.kind) {
    case 'placement':
      return { placement: parsed.placement, state: 'intact' };
    case 'damaged':
      return unknown(parsed.why);
    case 'foreign':
      return unknown('was written by another program');
    case 'later-version':
      return unknown(`has version ${parsed.version} of its format, and 1 is known`);
    default:
      return assertNever(parsed);
  }
}

export function unknown(why: string): PlacementSnapshot {
  return { placement: [], state: 'damaged', why };
}
