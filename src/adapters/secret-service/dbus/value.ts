import { ProtocolError } from './errors.ts';

/** A D-Bus value: `ay` is bytes, a struct or dict entry is a tuple, a variant is `[signature, value]`. */
export type Value = number | bigint | boolean | string | Uint8Array | readonly Value[];

/** A complete type: its code in a signature, and the types that it is made of. */
export interface Type {
  readonly code: string;
  readonly parts: readonly Type[];
}

/** The codes of the types spoken here, and their alignment in bytes. */
const alignments = new Map(Object.entries({ y: 1, g: 1, v: 1, u: 4, b: 4, s: 4, o: 4, a: 4, t: 8, '(': 8, '{': 8 }));

export function alignmentOf({ code }: Type): number {
  return alignments.get(code) ?? 1;
}

/** The complete types of a signature. */
export function typesOf(signature: string): readonly Type[] {
  let end = 0;
  const next = (): Type => {
    const code = signature.charAt(end);
    end += 1;
    if (!alignments.has(code)) throw new ProtocolError('a signature has a type that is not known');
    const parts: Type[] = [];
    if (code === 'a') parts.push(next());
    if (code !== '(' && code !== '{') return { code, parts };
    do parts.push(next());
    while (signature.charAt(end) !== (code === '(' ? ')' : '}'));
    end += 1;
    return { code, parts };
  };
  const types: Type[] = [];
  while (end < signature.length) types.push(next());
  return types;
}
