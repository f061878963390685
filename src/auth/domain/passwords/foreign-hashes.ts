/** Hashes that other products made: bcrypt (Supabase) and Firebase's scrypt. They are verified, never made. */
import { createCipheriv, scrypt, timingSafeEqual } from 'node:crypto';
import bcrypt from 'bcrypt';

/** What bcrypt looks at; the rest of a longer password would not count, so none is accepted. */
const BCRYPT_BYTES = 72;
const BCRYPT = /^\$2[abxy]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const FIREBASE =
  /^\$fbscrypt\$v=(?<v>\d+),n=(?<n>\d+),r=(?<r>\d+),p=(?<p>\d+)(?:,ss=(?<ss>[^,$]*))?(?:,sk=(?<sk>[^,$]+))?\$(?<salt>[^$]+)\$(?<hash>[^$]+)$/;
const MAXIMUM_BCRYPT_COST = 16;
const MAXIMUM_SCRYPT_LOG_N = 17;
const MAXIMUM_SCRYPT_MEMORY = 512 * 1_048_576;

export function isBcrypt(hash: string): boolean {
  return Number(BCRYPT.exec(hash)?.[1] ?? Infinity) <= MAXIMUM_BCRYPT_COST;
}

export async function verifyBcrypt(hash: string, password: string): Promise<boolean> {
  if (Buffer.byteLength(password) > BCRYPT_BYTES || password.includes('\0')) return false;
  return bcrypt.compare(password, hash.replace(/^\$2[xy]\$/, '$2b$'));
}

export function isFirebase(hash: string): boolean {
  const groups = FIREBASE.exec(hash)?.groups;
  return groups !== undefined && groups.sk !== undefined && Number(groups.n) <= MAXIMUM_SCRYPT_LOG_N;
}

/** The derived key encrypts the project's signer key; what comes out is the hash. */
export async function verifyFirebase(hash: string, password: string): Promise<boolean> {
  const { n, r, p, ss = '', sk = '', salt = '', hash: wanted = '' } = FIREBASE.exec(hash)?.groups ?? {};
  const saltBytes = Buffer.concat([Buffer.from(salt, 'base64'), Buffer.from(ss, 'base64')]);
  const key = await new Promise<Buffer>((resolve, reject) =>
    scrypt(
      password,
      saltBytes,
      32,
      { N: 2 ** Number(n), r: Number(r), p: Number(p), maxmem: MAXIMUM_SCRYPT_MEMORY },
      (error, derived) => (error ? reject(error) : resolve(derived)),
    ),
  );
  const cipher = createCipheriv('aes-256-ctr', key, Buffer.alloc(16));
  const made = Buffer.concat([cipher.update(Buffer.from(sk, 'base64')), cipher.final()]);
  const given = Buffer.from(wanted, 'base64');
  return given.length === made.length && timingSafeEqual(given, made);
}
