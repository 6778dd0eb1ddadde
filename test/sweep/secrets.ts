import fc from 'fast-check';

const characters = [...'abcdefghijkmnopqrstuvwyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789_-'];

/** Tokens, as tools write them: no placeholder, and valid in every format without quotation marks. */
export const tokens = fc
  .array(fc.constantFrom(...characters), { minLength: 20, maxLength: 60 })
  .map((parts) => `Tk${parts.join('')}Z9q`);

/** Words for hosts, users and keys. */
export const words = fc.stringMatching(/^[a-z][a-z0-9]{2,8}$/);

export const hosts = words.map((word) => `${word}.example`);
