import { ok } from 'node:assert/strict';
import { applyEdits } from '../../../src/domain/formats/edits.ts';
import { isFault } from '../../../src/domain/formats/leaf.ts';
import { getReader, planRemoval } from '../../../src/domain/sweep/file-formats.ts';
import type { FileFormat } from '../../../src/domain/sweep/known-file.ts';
import { readYaml } from '../../support/yaml.ts';
import type { FuzzTarget } from '../target.ts';

const formats = [
  ...['json', 'yaml', 'toml', 'ini', 'npmrc', 'option-file', 'git-config', 'hcl', 'netrc', 'credential-urls'],
  ...['pgpass', 'token'],
] as readonly FileFormat[];

/** The files of other tools, each read in every format. */
export const credentialFile: FuzzTarget = {
  name: 'credential-file',
  check(input) {
    const text = input.toString('utf8');
    for (const format of formats) {
      const leaves = getReader(format, readYaml)(text);
      if (isFault(leaves)) continue;
      for (const leaf of leaves) {
        const { start, end } = leaf.range;
        ok(start >= 0 && start <= end && end <= text.length, `${format}: a range outside of the text`);
        const edits = leaf.entry && planRemoval(format, text, [leaf]);
        if (edits) ok(applyEdits(text, edits).length <= text.length);
      }
    }
  },
};
