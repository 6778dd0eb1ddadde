import { hostname, userInfo } from 'node:os';

/** What the host calls this device in the account's list of sign-ins, such as `difyctl on laptop`. */
export function deviceLabel(): string {
  return `difyctl on ${hostname() || userInfo().username}`;
}
