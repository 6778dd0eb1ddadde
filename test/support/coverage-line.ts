import type { Reporter } from 'vitest/node';

type Count = { readonly covered: number; readonly total: number };
type Coverage = {
  getCoverageSummary(): { readonly lines: Count; readonly branches: Count };
};

/** Prints one line near the end of a run with `--coverage`: how much of `src` ran in the processes of the tests. */
export const coverageLine = (): Reporter => {
  let line = '';
  return {
    onCoverage(coverage: unknown) {
      const { lines, branches } = (coverage as Coverage).getCoverageSummary();
      line =
        `coverage of src in the processes of the tests: ${formatPercent(lines)} of lines, ${formatPercent(branches)} of branches; ` +
        'code that ran only in child processes is not counted\n';
    },
    onTestRunEnd() {
      process.stdout.write(line);
      line = '';
    },
  };
};

const formatPercent = ({ covered, total }: Count): string => `${((100 * covered) / total).toFixed(1)} %`;
