/** A section of docs/bundling.md. */
export interface Recipe {
  readonly title: string;
  /** By name: the blocks of code whose first line is a comment with a file name. */
  readonly files: ReadonlyMap<string, string>;
  /** The blocks of shell commands. */
  readonly script: string;
}

export function readRecipes(page: string): readonly Recipe[] {
  return page
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [title = ''] = section.split('\n');
      const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
        language,
        text,
      }));
      const files = blocks.flatMap(({ text }) => {
        const [, name, content] = /^\/\/ (\S+\.\w+)\n(.*)$/s.exec(text) ?? [];
        return name === undefined ? [] : [[name, content ?? ''] as const];
      });
      const script = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text);
      return { title, files: new Map(files), script: script.join('') };
    });
}
