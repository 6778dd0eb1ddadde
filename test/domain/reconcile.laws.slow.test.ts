import './reconcile.laws.test.ts';
