import type { Surroundings } from '../surroundings.ts';

/** Has the program use no OS keyring. On Windows by a command of both its shells, for windows opened from then on. */
export function disableCommand({ platform, disableVariable }: Surroundings): string {
  return platform === 'win32' ? `setx ${disableVariable} 1` : `export ${disableVariable}=1`;
}
