/** The token that every request of the bench carries. */
import { SignJWT } from 'jose';

export const JWT_SECRET = 'bench-only-secret-bench-only-secret-0123456789';

export const CLAIMS = {
  sub: '00000000-0000-4000-8000-000000000001',
  email: 'nobody@example.com',
  role: 'authenticated',
  aud: 'authenticated',
} as const;

export function signToken(role: string): Promise<string> {
  return new SignJWT({ ...CLAIMS, role })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuedAt()
    .setExpirationTime('2h')
    .sign(new TextEncoder().encode(JWT_SECRET));
}
