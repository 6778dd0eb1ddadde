import { vi } from 'vitest';

// Test files share a worker. Each gets its own modules, so that it can mock one that another file has loaded.
vi.resetModules();
