import { onTestFinished } from 'vitest';

/** Until the test ends, this process says that it runs on another operating system. Windows has no users by number. */
export function onPlatform(platform: NodeJS.Platform): void {
  replace('platform', platform);
  if (platform === 'win32') replace('geteuid', undefined);
}

function replace(property: 'platform' | 'geteuid', value: unknown): void {
  const own = { ...Object.getOwnPropertyDescriptor(process, property) };
  Object.defineProperty(process, property, { ...own, value });
  onTestFinished(() => void Object.defineProperty(process, property, own));
}
