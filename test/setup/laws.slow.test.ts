import './git.test.ts';
import './tools.test.ts';
