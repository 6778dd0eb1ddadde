import './every-byte.test.ts';
