import './interop.test.ts';
