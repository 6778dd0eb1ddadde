import './concurrency.test.ts';
