import { BaseSequencer, type TestSpecification } from 'vitest/node';

const longest = [
  'test/cli/transcripts.',
  'test/pass/pass.contract.',
  'test/secret-service/keepassxc.',
  'test/contract/',
];

/** Starts the longest files first, so that no worker is left alone with one at the end. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = longest.findIndex((path) => moduleId.includes(path));
      return index < 0 ? longest.length : index;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}
