/** The user's home: `os.homedir()`, which is the variable where there is one, and takes loading a module to say so. */
export function homeFolder(): string {
  const variable = process.platform === 'win32' ? process.env.USERPROFILE : process.env.HOME;
  return variable || process.getBuiltinModule('node:os').homedir();
}
