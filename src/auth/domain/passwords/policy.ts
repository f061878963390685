/** Which passwords are taken. Length is all that is asked of their form; what is known to be breached is refused. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AuthConfig } from '../../../config/auth.ts';
import { AppError } from '../../../errors.ts';
import { authError } from '../../errors.ts';

export type Weakness = 'length' | 'pwned';

export interface PasswordPolicy {
  /** Throws where the password cannot be taken. */
  check(password: string): void;
  /** Why a password that is in use would not be taken today. */
  weaknesses(password: string): { reasons: Weakness[]; message: string } | undefined;
}

export async function createPolicy(config: AuthConfig['password']): Promise<PasswordPolicy> {
  const { minLength, maxBytes, breachedListFile } = config;
  const breached = breachedListFile === undefined ? new Set<string>() : await readList(breachedListFile);

  function weaknesses(password: string) {
    if ([...password].length < minLength) {
      return {
        reasons: ['length' as const],
        message: `Password should be at least ${minLength} characters.`,
      };
    }
    if (breached.size > 0 && breached.has(sha1(password))) {
      return {
        reasons: ['pwned' as const],
        message: 'Password is known to be weak and easy to guess, please choose a different one.',
      };
    }
    return undefined;
  }

  return {
    weaknesses,
    check(password) {
      if (Buffer.byteLength(password) > maxBytes)
        throw authError('validation_failed', `Password cannot be longer than ${maxBytes} characters`);
      if (password.includes('\0')) throw authError('validation_failed', 'Password cannot contain NUL');
      const weak = weaknesses(password);
      if (weak === undefined) return;
      throw authError('weak_password', weak.message, {
        extensions: { weakPassword: { reasons: weak.reasons } },
      });
    },
  };
}

/** Plain words, or SHA-1 in hex with or without a count behind it, as breach lists come. */
async function readList(path: string): Promise<Set<string>> {
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (cause) {
    throw new AppError('config-invalid', `auth.password.breachedListFile: ${path} cannot be read`, { cause });
  }
  const hashes = new Set<string>();
  for (const line of content.split(/\r?\n/)) {
    const hex = /^([0-9a-fA-F]{40})(?::\d+)?$/.exec(line)?.[1];
    if (line !== '') hashes.add(hex === undefined ? sha1(line) : hex.toUpperCase());
  }
  return hashes;
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex').toUpperCase();
}
