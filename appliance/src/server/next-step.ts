import { catalogue } from '@sallyport/ui/i18n/catalogue';
import type { Failure } from '../platform/errors.ts';

/** What to do about a failure, in English, for commands and the API: what its thrower said, else the words of its code. */
export const nextStep = ({ key, next }: Failure): string => next ?? catalogue('en').tDynamic(`${key}.next`);
