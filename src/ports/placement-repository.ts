import type { PlacementIndex } from '../domain/placement/placement-index.ts';

/**
 * Remembers which store holds each credential, for every process of the user. Losing it costs nothing but time: the
 * stores still have what they have.
 */
export interface PlacementRepository {
  /**
   * - never written → nothing is known, `absent`
   * - damaged, unreadable, another program's, or of a later version → nothing is known, `damaged`, and `why`
   * - never rejects
   */
  read(): Promise<PlacementSnapshot>;

  /**
   * Gives `change` what is known now and keeps what it returns; it may be called more than once, so it only computes.
   *
   * - many processes at once → every change is kept
   * - `change` returns the very placement it was given → nothing is written
   * - damaged → `change` is given nothing known, and its result takes the damaged record's place
   * - fails or is killed half-way → the old record stays
   * - a later version's → `file-version`; another program's → `file-foreign`; a link or another user's →
   *   `file-refused`; nothing is written
   * - the system will not write → `file-io`; another process keeps the lock → `file-busy`
   */
  update(change: (placement: PlacementIndex) => PlacementIndex): Promise<void>;
}

export interface PlacementSnapshot {
  readonly placement: PlacementIndex;
  /** `damaged`: there is a record, and it says nothing. */
  readonly state: 'intact' | 'absent' | 'damaged';
  /** What is wrong with it; continues "the placement file …". */
  readonly why?: string;
}
