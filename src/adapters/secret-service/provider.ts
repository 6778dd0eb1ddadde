import { readFileSync } from 'node:fs';
import type { Provider } from '../../domain/selection/probe-result.ts';

/** The programs that provide the Secret Service. */
export const providerPrograms: readonly (readonly [program: string, Provider])[] = [
  ['gnome-keyring-daemon', 'gnome-keyring'],
  ['kwalletd5', 'kwallet'],
  ['kwalletd6', 'kwallet'],
  ['ksecretd', 'kwallet'],
  ['keepassxc', 'keepassxc'],
];

/** Linux cuts the name of a process to this length: proc(5), `/proc/PID/comm`. */
const maxCommBytes = 15;

/** Identifies the provider by its process, which may be in another container, invisible to this one. */
export function identifyByProcess(pid: number): Provider | undefined {
  try {
    const comm = readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
    return providerPrograms.find(([program]) => program.slice(0, maxCommBytes) === comm)?.[1];
  } catch {
    return undefined;
  }
}
