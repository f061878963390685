/** An authenticator app: the code of a secret at a moment, made apart from the code under test. */
import { createHmac } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function totpCode(secret: string, seconds: number = Date.now() / 1000): string {
  let number = 0n;
  for (const letter of secret) number = number * 32n + BigInt(LETTERS.indexOf(letter));
  const bytes = (secret.length * 5) >> 3;
  const key = Buffer.from(
    (number >> BigInt((secret.length * 5) % 8)).toString(16).padStart(bytes * 2, '0'),
    'hex',
  );
  const counter = Buffer.from(
    Math.floor(seconds / 30)
      .toString(16)
      .padStart(16, '0'),
    'hex',
  );
  const mac = createHmac('sha1', key).update(counter).digest();
  const at = mac[19]! & 15;
  return String((mac.readUInt32BE(at) % 2 ** 31) % 1_000_000).padStart(6, '0');
}
