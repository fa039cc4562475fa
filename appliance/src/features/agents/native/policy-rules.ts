import { isFolderPath } from '@sallyport/bundle-tools/protocol/policy';
import type { FieldErrors } from '../../../platform/errors.ts';

/** A folder that agents cannot look through as it is written. */
export function executableCollectionFaults(body: Readonly<Record<string, unknown>>): FieldErrors {
  const paths = Array.isArray(body['paths']) ? (body['paths'] as unknown[]) : [];
  return paths.every((path) => typeof path === 'string' && isFolderPath(path))
    ? {}
    : { paths: { key: 'validation.folder' } };
}
