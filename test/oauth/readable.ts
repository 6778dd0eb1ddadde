/** What a person reads of a page, a line for its title and for each paragraph. */
export function readable(html: string): string {
  const [, main = ''] = /<main>([\s\S]*)<\/main>/.exec(html) ?? [];
  return main.replaceAll(/<[^>]*>/g, '').trim();
}
