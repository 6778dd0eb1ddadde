import './keepassxc.test.ts';
