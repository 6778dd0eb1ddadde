import { homeFolder } from './home-folder.ts';

/** The current folder may have been removed under the process: then nothing is relative to it. */
export function currentFolder(): string {
  try {
    return process.cwd();
  } catch {
    return homeFolder();
  }
}
