import { describe, expect, it } from 'vitest';
import { newTotpSecret, stepOfCode, toBase32, totpUri } from '../../../src/auth/domain/factors/totp.ts';
import { seal, unseal } from '../../../src/auth/domain/seal.ts';
import { totpCode } from '../../support/totp.ts';

/** The secret of RFC 6238, appendix B. */
const SECRET = toBase32(Buffer.from('12345678901234567890'));

describe('codes of an authenticator app', () => {
  it.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('at second %i the code is %s', (seconds, code) => {
    expect(SECRET).toBe('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ');
    expect(stepOfCode(SECRET, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
    expect(totpCode(SECRET, seconds)).toBe(code);
  });

  it('counts one step around now, and no other', () => {
    const secret = newTotpSecret();
    const now = 1_780_000_005;
    const accepted = [-90, -60, -30, 0, 30, 60, 90].map(
      (shift) => stepOfCode(secret, totpCode(secret, now + shift), now * 1000) !== undefined,
    );
    expect(accepted).toEqual([false, false, true, true, true, false, false]);
    expect(stepOfCode(secret, '', now * 1000)).toBeUndefined();
  });

  it('escapes what is in the address of the picture', () => {
    expect(totpUri('ABC', 'My & Shop', 'a@example.org')).toBe(
      'otpauth://totp/My%20%26%20Shop:a%40example.org?algorithm=SHA1&digits=6&issuer=My%20%26%20Shop&period=30&secret=ABC',
    );
  });
});

describe('a sealed secret', () => {
  it('opens under its key and for its purpose alone', () => {
    const auth = { secret: 'one secret that is long enough here' };
    const sealed = seal(auth, 'totp 1', 'ABC');
    expect(sealed).not.toContain('ABC');
    expect(unseal(auth, 'totp 1', sealed)).toBe('ABC');
    expect(unseal(auth, 'totp 2', sealed)).toBeUndefined();
    expect(unseal({ secret: 'another secret' }, 'totp 1', sealed)).toBeUndefined();
    expect(unseal(auth, 'totp 1', `${sealed.slice(0, -2)}AA`)).toBeUndefined();
    expect(unseal(auth, 'totp 1', null)).toBeUndefined();
  });
});
