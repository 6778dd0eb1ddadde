import type { Reporter } from 'vitest/node';

type Count = { readonly covered: number; readonly total: number };
type Coverage = {
  getCoverageSummary(): { readonly lines: Count; readonly branches: Count };
};

/** One line near the end of a run with `--coverage`: what of `src` ran in the tests' own processes. */
export const coverageLine = (): Reporter => {
  let line = '';
  return {
    onCoverage(coverage: unknown) {
      const { lines, branches } = (coverage as Coverage).getCoverageSummary();
      line =
        `coverage of src by what ran: ${formatPercent(lines)} of lines, ${formatPercent(branches)} of branches; ` +
        'what only the built command lines run, as children, is not counted\n';
    },
    onTestRunEnd() {
      process.stdout.write(line);
      line = '';
    },
  };
};

const formatPercent = ({ covered, total }: Count): string => `${((100 * covered) / total).toFixed(1)} %`;
