import { equal } from 'node:assert/strict';
import { parsePrompt } from '../../../src/domain/protocols/askpass.ts';
import { parseRequestUrl } from '../../../src/domain/protocols/http-headers.ts';
import { toTerraformHost } from '../../../src/domain/protocols/terraform.ts';
import { hasCode } from '../declared.ts';
import { type FuzzTarget, tryParse } from '../target.ts';

/** A prompt, a host or a URL that another program passes. */
export const helperArguments: FuzzTarget = {
  name: 'helper-arguments',
  check(input) {
    const text = input.toString();
    const prompt = tryParse(() => parsePrompt(text, { folder: '/home/alice' }), hasCode('invalid-name'));
    if (/\(yes\/no\b/.test(text)) equal(prompt?.kind, 'confirmation');
    const host = tryParse(() => toTerraformHost(text), hasCode('invalid-input'));
    if (host !== undefined) equal(toTerraformHost(host), host);
    const url = tryParse(() => parseRequestUrl(text), hasCode('invalid-input'));
    if (url !== undefined) equal(/[@/\\\s?#]/.test(url.host), false);
  },
};
