import './hostile-bus.test.ts';
