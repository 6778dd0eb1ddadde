import { vi } from 'vitest';

// Test files share a worker. Each gets its own modules, so that it can mock one that another file has loaded.
vi.resetModules();

// keystow uses the timers that it found when it was loaded. Here it uses those that `vi.useFakeTimers` replaces.
const { timers } = await import('../../src/adapters/process/timers.ts');
Object.assign(timers, {
  setTimeout: (...args: Parameters<typeof setTimeout>) => setTimeout(...args),
  clearTimeout: (timer: NodeJS.Timeout) => clearTimeout(timer),
  setInterval: (...args: Parameters<typeof setInterval>) => setInterval(...args),
  clearInterval: (timer: NodeJS.Timeout) => clearInterval(timer),
  now: () => performance.now(),
  dateNow: () => Date.now(),
});
