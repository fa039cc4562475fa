import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';

/** A device's name in certificates and addresses: random, so that it tells nothing. */
export const newPublicId = (): string => Buffer.from(randomBytes(16)).toString('hex');
