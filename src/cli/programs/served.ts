import { type Command, command, type Example } from '../command.ts';

/** What another program may ask a helper for, by the word that it says: each has an example. */
export type Served = Readonly<Record<string, { readonly summary: string; readonly example: Example }>>;

export function servedCommands(served: Served, serve: (word: string) => Promise<void>): readonly Command[] {
  return Object.entries(served).map(([name, { summary, example }]) =>
    command({ name, summary, examples: [example], run: () => serve(name) }),
  );
}
