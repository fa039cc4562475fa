import { type HardeningRule, judged, known } from '../types.ts';

/** RUN-P and REM let a program be changed from afar. */
export const rule: HardeningRule = {
  name: 'key-switch',
  severity: 'warning',
  judge: (facts) => judged(known(facts, 'keySwitch'), (position) => /^(run[-_ ]?p|rem(ote)?)\b/i.test(position.trim())),
};
