/** Whether somebody is there to answer a store's own dialog, and how to tell them that one is waiting. */
export interface Interaction {
  /** A terminal or a display, and not CI. */
  readonly interactive: boolean;
  /** Called once when an operation begins to wait for the user: says so on stderr. `what`: the store's name. */
  notifyWaiting(what: string): void;
}
