/** The time, as an ISO 8601 string in UTC such as `2026-11-03T09:00:00.000Z`. */
export type Clock = () => string;
