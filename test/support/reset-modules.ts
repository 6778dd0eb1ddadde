import { vi } from 'vitest';

// Files share a worker. Each gets modules of its own, so that one can mock a module that another has loaded.
vi.resetModules();
