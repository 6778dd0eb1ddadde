import { readFileSync } from 'node:fs';
import type { Provider } from '../../domain/selection/probe-result.ts';

/** The programs that serve the Secret Service. */
export const programs: readonly (readonly [program: string, Provider])[] = [
  ['gnome-keyring-daemon', 'gnome-keyring'],
  ['kwalletd5', 'kwallet'],
  ['kwalletd6', 'kwallet'],
  ['ksecretd', 'kwallet'],
  ['keepassxc', 'keepassxc'],
];

/** What Linux keeps of a process's name, in bytes: proc(5), `/proc/PID/comm`. */
const commBytes = 15;

/** The provider that process `pid` is, going by its name. */
export function providerOfProcess(pid: number): Provider | undefined {
  try {
    const comm = readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
    return programs.find(([program]) => program.slice(0, commBytes) === comm)?.[1];
  } catch {
    // The bus may be another container's, with processes that are not seen from here.
    return undefined;
  }
}
