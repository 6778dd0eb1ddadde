import './envelope.test.ts';
