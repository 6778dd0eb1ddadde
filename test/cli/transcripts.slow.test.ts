// Again, with every program recorded by strace and searched for leaks.
import './transcripts.test.ts';
