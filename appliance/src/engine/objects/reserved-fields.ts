import type { FieldErrors } from '@sallyport/ui/model';
import type { Body, Kind } from './types.ts';

/** What is wrong with a field that the form does not have is said of the whole, also before anything was sent. */
export function shownFaults(
  kind: Kind,
  held: Body | undefined,
  errors: FieldErrors | undefined,
): FieldErrors | undefined {
  const all = errors ?? (held === undefined ? {} : kind.check?.(held)) ?? {};
  const [found] = Object.entries(all).filter(([name]) => kind.fields[name]?.reserved);
  if (found === undefined) return errors;
  return { ...Object.fromEntries(Object.entries(errors ?? {}).filter(([name]) => name !== found[0])), '': found[1] };
}
