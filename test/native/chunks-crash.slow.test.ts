import './chunks-crash.test.ts';
