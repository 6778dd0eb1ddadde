import { type Binding, loadBinding } from '../../src/adapters/native/binding.ts';
import { underWine } from '../support/under-wine.ts';
import { aroundCalls } from './around-calls.ts';

/**
 * The binding that the programs load, for several operations at once in one process.
 *
 * Wine 8 counts the credentials that a search finds, makes room for so many, and then copies them: one that another thread
 * wrote meanwhile is one too many, and the process dies. So there one call is made at a time. Windows needs no such care.
 */
export function realBinding(): Binding {
  return underWine ? aroundCalls(loadBinding(), inTurn) : loadBinding();
}

let last: Promise<unknown> = Promise.resolve();

function inTurn<T>(_: unknown, call: () => Promise<T>): Promise<T> {
  const turn = last.then(call);
  last = turn.catch(() => undefined);
  return turn;
}
