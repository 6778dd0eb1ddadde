/** The user's home: `os.homedir()`, which is the variable where there is one, and takes loading a module to say so. */
export function homeFolder(environment: Readonly<Record<string, string | undefined>> = process.env): string {
  const variable = process.platform === 'win32' ? environment.USERPROFILE : environment.HOME;
  return variable || process.getBuiltinModule('node:os').homedir();
}
