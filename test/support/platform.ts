import { onTestFinished } from 'vitest';

/** Makes this process report another operating system until the test ends. Windows has no numeric user ids. */
export function onPlatform(platform: NodeJS.Platform): void {
  replace('platform', platform);
  if (platform === 'win32') replace('geteuid', undefined);
}

function replace(property: 'platform' | 'geteuid', value: unknown): void {
  const own = { ...Object.getOwnPropertyDescriptor(process, property) };
  Object.defineProperty(process, property, { ...own, value });
  onTestFinished(() => void Object.defineProperty(process, property, own));
}
