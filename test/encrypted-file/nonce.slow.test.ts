import './nonce.test.ts';
