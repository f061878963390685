/** Passwords: hashed with argon2id, verified against whatever hash is there, always through the one bounded queue. */
import argon2 from 'argon2';
import type { AuthConfig } from '../../../config/auth.ts';
import { invalid } from '../../errors.ts';
import { isBcrypt, isFirebase, verifyBcrypt, verifyFirebase } from './foreign-hashes.ts';
import { createPolicy, type PasswordPolicy } from './policy.ts';
import { createQueue } from './queue.ts';

export interface Verdict {
  readonly matches: boolean;
  /** The hash is of another product, or of weaker parameters: hash anew while the password is at hand. */
  readonly outdated: boolean;
}

export interface Passwords extends PasswordPolicy {
  hash(password: string): Promise<string>;
  /** Takes as long for no hash as for a wrong password. */
  verify(hash: string | null | undefined, password: string): Promise<Verdict>;
  /** A hash that an administrator brings along is one that can be verified. */
  acceptHash(hash: string): string;
}

const ARGON2 = /^\$argon2(id|i|d)\$v=19\$m=(\d+),(?:t=\d+,p=(\d+)|p=(\d+),t=\d+)/;
const MAXIMUM_MEMORY_KIB = 1_048_576;

export async function createPasswords(config: AuthConfig['password']): Promise<Passwords> {
  const policy = await createPolicy(config);
  const queue = createQueue({ concurrency: config.hashConcurrency, waiting: config.hashQueue });
  const options = {
    type: argon2.argon2id,
    memoryCost: config.argon2.memoryKib,
    timeCost: config.argon2.passes,
    parallelism: config.argon2.parallelism,
  } as const;
  const hash = (password: string) => queue(() => argon2.hash(password, options));
  // Of a password that nobody has: what an unknown user's password is held against.
  const decoy = await argon2.hash(crypto.randomUUID(), options);

  return {
    ...policy,
    hash,
    async verify(stored, password) {
      // Longer ones are never taken, so none can match; hashing them would only be work.
      if (Buffer.byteLength(password) > config.maxBytes) return { matches: false, outdated: false };
      if (!stored || stored.startsWith('!')) {
        await queue(() => argon2.verify(decoy, password));
        return { matches: false, outdated: false };
      }
      if (isArgon2(stored)) {
        const matches = await queue(() => argon2.verify(stored, password));
        return { matches, outdated: !stored.startsWith('$argon2id$') || argon2.needsRehash(stored, options) };
      }
      if (isBcrypt(stored))
        return { matches: await queue(() => verifyBcrypt(stored, password)), outdated: true };
      if (isFirebase(stored))
        return { matches: await queue(() => verifyFirebase(stored, password)), outdated: true };
      return { matches: false, outdated: false };
    },
    acceptHash(given) {
      if (isArgon2(given) || isBcrypt(given) || isFirebase(given)) return given;
      throw invalid('password_hash must be a bcrypt, argon2 or Firebase scrypt hash');
    },
  };
}

/** A hash from outside must not be able to ask for all memory. */
function isArgon2(hash: string): boolean {
  const memory = ARGON2.exec(hash)?.[2];
  return memory !== undefined && Number(memory) <= MAXIMUM_MEMORY_KIB;
}
