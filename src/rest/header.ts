/** Headers that the database wishes for: those that HTTP can carry, and that are not the server's own matter. */

/** How long the body is and how it is framed, only the server knows. */
const OF_THE_SERVER = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Node refuses others much later, when the answer has begun. */
export function isHeader(name: string, value: string): boolean {
  return /^[-!#$%&'*+.^_`|~0-9A-Za-z]+$/.test(name) && !/[^\t\x20-\x7e\x80-\xff]/.test(value);
}

export function isOfTheServer(name: string): boolean {
  return OF_THE_SERVER.has(name.toLowerCase());
}
