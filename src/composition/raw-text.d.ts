/** The text of a file: Vite reads it, and scripts/raw-text.ts for the bundles. */
declare module '*?raw' {
  const text: string;

  export { text as default };
}
