import { describe, expect, it } from 'vitest';
import { Fingerprint } from '../src/components/fingerprint.tsx';
import { KeyDates } from '../src/components/key-dates.tsx';
import { langs } from '../src/i18n/types.ts';
