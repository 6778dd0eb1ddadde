import type { Attributes } from '../../domain/protocols/git/attributes.ts';
import { buildGitAnswer, hasCapability, parseGitUsername } from '../../domain/protocols/git/git-credential.ts';
import type { Context } from '../context.ts';
import { keptCredentials } from './kept-credentials.ts';

/**
 * What to tell git that asks for a credential: nothing where none is kept that it could use. One that can be used comes
 * before one that could only be renewed.
 */
export async function getForGit(context: Context, request: Attributes): Promise<Attributes> {
  const nowMs = Date.parse(context.clock());
  let renewable: Attributes = [];
  for await (const { name, kept } of keptCredentials(context, request)) {
    const answer = buildGitAnswer(request, parseGitUsername(name), kept, nowMs);
    if (answer?.kind === 'given') return marked(request, answer.attributes);
    if (answer !== undefined && renewable.length === 0) renewable = answer.attributes;
  }
  return renewable;
}

/** Has git remind us, once the credential has served, that it came from here. */
async function marked(request: Attributes, answer: Attributes): Promise<Attributes> {
  if (!hasCapability(request, 'state')) return answer;
  const { markOf } = await import('./mark.ts');
  return [['capability[]', 'state'], ...answer, ['state[]', markOf(answer)]];
}
