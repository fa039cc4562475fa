import type { FieldErrors } from '@sallyport/ui/model';
import type { Body, Kind } from './types.ts';

/** A fault of a field that the form does not have is shown for the whole form, also before anything was sent. */
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
