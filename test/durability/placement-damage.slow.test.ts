import './placement-damage.test.ts';
