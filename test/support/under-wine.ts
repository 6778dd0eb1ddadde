/** Whether this Windows is Wine: see test/windows/wine. What started it is in the environment. */
export const underWine = process.platform === 'win32' && process.env.WINEPREFIX !== undefined;
