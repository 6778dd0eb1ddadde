/** Whether the user can answer a store's dialog, and how to tell them that one is open. */
export interface Interaction {
  /** Whether a store may prompt: the caller allows it, there is a terminal or a display, and this is not CI. */
  readonly interactive: boolean;
  /** Called once when an operation starts to wait for the user: prints a notice on stderr. `what`: the store's name. */
  notifyWaiting(what: string): void;
}
