import * as z from 'zod';
import { pem } from './common.ts';

// POST /renew: a new certificate at two thirds of the old one's life. The old one works until the new one is used.

export const renewRequest = z.object({ csr: pem });

export const renewReply = z.object({ certificate: pem });
