import { createSecureContext } from 'node:tls';

// What the server's TLS is held to, apart from the listener: a command that looks at a certificate loads no server.

export type TlsFiles = { key: string; cert: string; ca: string };

// TLS 1.3 has nothing else; of TLS 1.2 the suites of RFC 9325 that encrypt and authenticate in one step. Every client of
// ours and of others that still gets updates speaks one of them; CBC with a MAC of its own is where the attacks were.
const ciphers = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-RSA-AES128-GCM-SHA256',
].join(':');

/** What every connection to the server is held to. */
export const servedProtocol = { minVersion: 'TLSv1.2', ciphers } as const;

/** Why OpenSSL would not serve a key with its certificates; undefined where it would. */
export function servingFault(files: Pick<TlsFiles, 'key' | 'cert'>): string | undefined {
  try {
    createSecureContext({ ...files, ...servedProtocol });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
