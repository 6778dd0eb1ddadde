/** The current time in the format of `Date.prototype.toISOString`, such as `2026-11-03T09:00:00.000Z`. */
export type Clock = () => string;
