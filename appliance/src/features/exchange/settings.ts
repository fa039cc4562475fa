import { defineSettings } from '../../engine/objects/types.ts';

export const exchangeSettings = defineSettings({
  // A longer limit or grace makes old knowledge pass for good.
  'exchange.knowledge-limit-days': {
    type: 'integer',
    safety: true,
    safeSide: 'lower',
    default: 14,
    min: 1,
    max: 365,
    area: 'exchange',
    unit: 'days',
  },
  'exchange.grace-days': {
    type: 'integer',
    safety: true,
    safeSide: 'lower',
    default: 30,
    min: 0,
    max: 365,
    area: 'exchange',
    unit: 'days',
  },
  /** How far beyond the last time that is certain the computer's clock is believed. */
  'exchange.clock-allowance-days': {
    type: 'integer',
    safety: true,
    safeSide: 'lower',
    default: 35,
    min: 1,
    max: 400,
    area: 'exchange',
    unit: 'days',
  },
  'exchange.reserve-bytes': {
    type: 'integer',
    safety: false,
    default: 1_073_741_824,
    min: 0,
    area: 'exchange',
    unit: 'bytes',
  },
  'exchange.medium-bytes': {
    type: 'integer',
    safety: false,
    default: 16_000_000_000,
    min: 0,
    area: 'exchange',
    unit: 'bytes',
  },
  /** Whether a bundle for every site, which answers no request, is taken. */
  'exchange.broadcast': { type: 'boolean', safety: true, default: false, area: 'exchange' },
  /** Names that a person has judged harmless where the leak scan of a request finds them in public names. */
  'exchange.allowed-words': { type: 'list', safety: true, default: [], area: 'exchange' },
});
