/** Whether this Windows is Wine. test/windows/wine sets WINEPREFIX. */
export const underWine = process.platform === 'win32' && process.env.WINEPREFIX !== undefined;
