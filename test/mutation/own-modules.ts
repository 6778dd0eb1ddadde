import { vi } from 'vitest';

// A module that a file of tests stands in for would else be the one that a file before it has loaded.
vi.resetModules();
